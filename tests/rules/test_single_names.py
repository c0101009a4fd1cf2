from datetime import UTC, datetime
from typing import Any

import pytest

from scanner import tables
from scanner.rules.engine.single import Item, judge
from scanner.rules.language.syntax import Elements, Entry, InList

AS_OF = datetime(2026, 11, 20, tzinfo=UTC)
NAMED, KEYED = {"subject.dn": "CN=A"}, {"subject.dn": "CN=A", "ca_owner": "A"}


@pytest.mark.parametrize(
    ("keys", "verified", "expected"),
    [(NAMED, True, True), (NAMED, False, False), (NAMED, None, None), (KEYED, False, True), (KEYED, None, True)],
)
def test_a_name_alone_counts_only_where_it_is_verified(
    keys: dict[str, Any],
    verified: bool | None,  # noqa: FBT001 - a case
    expected: bool | None,  # noqa: FBT001 - a case
) -> None:
    """A name can be forged; with another key beside it, that key decides."""
    link = {"subject.dn": "CN=A", "spki_sha256": None, "fingerprint_sha256": None, "ca_owner": "A", "verified": verified}
    row = tables.frame("certificate", [{"chain": [link]}]).row(0, named=True)
    asked = Elements("chain", "any", InList("", "approved", (Entry(keys),)))
    assert judge(asked, Item("certificate", row, AS_OF)) is expected
