"""Lists of policies: entries that name a file of certificates, keys that fit, days, and what is refused."""

import re
from pathlib import Path

import certifi
import pytest

from scanner import scope
from scanner.errors import PolicyError, UsageError
from scanner.rules import proof
from scanner.rules.language.syntax import Policy
from scanner.rules.reader import find, lists, load
from scanner.rules.reader.inheritance import memberships

TEXT = """\
policy: cas
version: 1.0.0
title: Approved CAs
owner: o
lists:
  cas:
    - { certificates: ca.pem, label: Ours, until: 2030-01-01, issued_until: 2027-06-30, note: for now }
    - { ca_owner: Other }
rules:
  issuer:
    title: The CA is approved
    for: certificate
    severity: high
    require: { chain: { any: { in_list: cas } } }
    because: Others are not.
    fix: Ask.
    tests:
      - pass: { not_before: 2026-01-01, chain: [{ spki_sha256: KEY, ca_owner: X }] }
      - fail: { not_before: 2027-07-01, chain: [{ spki_sha256: KEY, ca_owner: X }] }
      - { fail: { not_before: 2026-01-01, chain: [{ spki_sha256: KEY, ca_owner: X }] }, as_of: 2030-01-02 }
      - fail: { not_before: 2026-01-01, chain: [{ spki_sha256: OTHER, ca_owner: X }] }
      - pass: { not_before: 2028-01-01, chain: [{ spki_sha256: OTHER, ca_owner: Other }] }
"""
KEY, OTHER, THIRD = "a" * 64, "b" * 64, "c" * 64


def reader(*known: lists.Listed) -> lists.Certificates:
    """Stand in for the room that decodes certificates."""

    def read(path: str) -> tuple[lists.Listed, ...]:
        if not path.endswith("/ca.pem"):
            raise UsageError(f"certificates {path}: no such file")
        return known

    return read


def loaded(folder: Path, text: str = TEXT, *known: lists.Listed) -> Policy:
    """Load the policy beside its certificates."""
    path = folder / "cas.yaml"
    path.write_text(text.replace("KEY", f'"{KEY}"').replace("OTHER", f'"{OTHER}"'), encoding="utf-8")
    return load.load(find.find(str(path)), reader(*(known or ((KEY, THIRD, "CN=Our CA"),))))[0]


def faults(folder: Path, old: str, new: str) -> list[str]:
    """Return the faults of the policy with one change."""
    assert old in TEXT
    with pytest.raises(PolicyError) as caught:
        loaded(folder, TEXT.replace(old, new, 1))
    return [str(fault).replace(f"{folder.as_posix()}/", "") for fault in caught.value.faults]


def test_a_file_of_certificates_is_its_keys_with_the_days_of_the_entry(tmp_path: Path) -> None:
    """It matches by key in a chain, on days of issue and evaluation as any other entry."""
    policy = loaded(tmp_path)
    assert [str(result) for result in proof.run(policy) if not result.ok] == []
    first, second = policy.lists["cas"]
    assert (first.keys, first.label) == ({"spki_sha256": KEY}, "Ours")
    assert second.keys == {"ca_owner": "Other"}
    assert policy.certificates == ((tmp_path / "ca.pem").as_posix(),), "they join chain building"


def test_each_key_of_a_file_is_one_entry_named_by_its_subject(tmp_path: Path) -> None:
    """Two certificates of one key are one entry; without a label the subject tells."""
    known = ((KEY, OTHER, "CN=One"), (KEY, THIRD, "CN=One, again"), (OTHER, THIRD, "CN=Two"))
    policy = loaded(tmp_path, TEXT.replace(" label: Ours,", ""), *known)
    found = [(entry.keys["spki_sha256"], entry.label) for entry in policy.lists["cas"][:2]]
    assert found == [(KEY, "CN=One, again"), (OTHER, "CN=Two")]


def test_a_child_knows_the_certificates_of_its_parent(tmp_path: Path) -> None:
    """They are found beside the parent, and match in the rules that the child inherits."""
    loaded(tmp_path)
    child = tmp_path / "child.yaml"
    child.write_text("policy: child\nversion: 1.0.0\ntitle: C\nowner: o\nextends: cas\n", encoding="utf-8")
    (policy,) = load.load(find.find(str(child)), reader((KEY, THIRD, "CN=Our CA")))
    require = policy.rules[0].require
    assert next(memberships(require)).entries[0].keys == {"spki_sha256": KEY}


def test_real_certificates_are_decoded_where_facts_are(tmp_path: Path) -> None:
    """A root of Mozilla's: the digest of its key is that of OpenSSL's `x509 -pubkey`."""
    bundle = Path(certifi.where()).read_text(encoding="utf-8")
    pem = re.search("# Subject: .*CN=COMODO ECC Certification Authority.*?(-----BEGIN.*?END CERTIFICATE-----)", bundle, re.DOTALL)
    text = pem.group(1) if pem else bundle[bundle.index("-----BEGIN") :]
    (tmp_path / "ca.pem").write_text(
        text.partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n", encoding="utf-8"
    )
    ((spki, fingerprint, subject),) = scope.listed(tmp_path)((tmp_path / "ca.pem").as_posix())
    assert re.fullmatch("[0-9a-f]{64}", spki)
    assert re.fullmatch("[0-9a-f]{64}", fingerprint)
    assert spki != fingerprint
    assert "CN=" in subject


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ca.pem", "no.pem", "cas.yaml:7:23: certificates "),
        (
            "certificates: ca.pem,",
            "certificates: ca.pem, ca_owner: X,",
            "cas.yaml:7:23: certificates says which CAs are meant; beside it stand only label, note, until, issued_until",
        ),
        ("{ ca_owner: Other }", "{ label: Other }", "cas.yaml:8:7: an entry needs a key that tells the CA or value"),
        (
            "{ ca_owner: Other }",
            "{ ca_ownr: Other }",
            "cas.yaml:14:41: entries of cas name 'ca_ownr', which is no part of an element of the list; nearest: 'ca_owner'",
        ),
        (
            "{ ca_owner: Other }",
            "Other",
            "cas.yaml:14:41: entries of cas are bare values, but an element has parts; name them: { PART: VALUE }",
        ),
        (
            "{ ca_owner: Other }",
            "{ verified: maybe }",
            "cas.yaml:14:41: 'maybe' is not a value of verified; write true or false (an entry of cas)",
        ),
        ("{ ca_owner: Other }", "[a]", "cas.yaml:8:7: an entry is a value, or a mapping as { spki_sha256: …, until: DAY }"),
        (
            "until: 2030-01-01",
            "until: 2030-01-01T00:00:00Z",
            "cas.yaml:7:51: '2030-01-01T00:00:00Z': until is a day; write it as 2026-03-15",
        ),
        ("until: 2030-01-01", "until: soon", "cas.yaml:7:51: 'soon' is not a date, which until is"),
        ("in_list: cas", "in_list: caz", "cas.yaml:14:41: 'caz' is no list of this policy; nearest: 'cas'"),
    ],
)
def test_what_is_wrong_with_an_entry_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    """At the entry where it is wrong in itself, at the use where it does not fit."""
    assert any(fault.startswith(message) for fault in faults(tmp_path, old, new)), faults(tmp_path, old, new)


def test_a_file_without_certificates_is_a_fault_of_the_policy(tmp_path: Path) -> None:
    """Whoever decodes them says why; the place is the entry's."""
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    path = tmp_path / "cas.yaml"
    path.write_text(TEXT.replace("KEY", f'"{KEY}"').replace("OTHER", f'"{OTHER}"'), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"cas\.yaml:7:23: certificates .*ca\.pem: no certificate in it"):
        load.load(find.find(str(path)), scope.listed(tmp_path))


def test_numbers_in_entries_are_numbers(tmp_path: Path) -> None:
    """An entry is typed by the field it stands beside."""
    text = TEXT.replace("for: certificate", "for: endpoint").replace("chain: { any: { in_list: cas } }", "port: { in_list: cas }")
    text = (
        text.partition("  cas:\n")[0]
        + "  cas: [443, { value: 8443, until: 2027-01-01 }]\nrules:\n"
        + text.partition("rules:\n")[2]
    )
    text = (
        text.partition("    tests:\n")[0]
        + "    tests:\n      - { pass: { port: 8443 }, as_of: 2027-01-01 }\n      - { fail: { port: 8443 }, as_of: 2027-01-02 }\n"
    )
    policy = loaded(tmp_path, text)
    assert [str(result) for result in proof.run(policy) if not result.ok] == []
