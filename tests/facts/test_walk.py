"""The straight walk and the careful one are one reader: whatever the bytes, they say the same or the straight one says nothing."""

import random
import warnings
from collections.abc import Iterator

import pytest
from cryptography import x509

from scanner.facts import certificate, columns, extensions, walk
from tests.conftest import CORPUS
from tests.factories import certificate as make
from tests.factories import root
from tests.facts.test_certificate import bundle, mutated
from tests.facts.test_corpus import ROWS, der


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Leave the library's warnings of odd certificates out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def both(data: bytes) -> tuple[columns.Row | None, walk.Careful]:
    """Read a certificate in both ways."""
    careful = walk.Careful(data)
    careful.run()
    return walk.straight(data), careful


def agree(data: bytes) -> bool:
    """Hold both ways to each other; return whether the straight one read it."""
    straight, careful = both(data)
    if straight is None:
        assert careful.problems, "nothing is wrong with it, yet it went the slow way"
        return False
    assert straight == careful.row
    assert (careful.problems, careful.unknown, careful.whole) == ([], [], True)
    return True


def corpus() -> list[bytes]:
    """Give every certificate of the corpus."""
    return [der(CORPUS / row["file"]) for row in ROWS]


def test_usual_certificates_go_straight() -> None:
    """A leaf, a root, one without extensions and all of Mozilla's roots need no careful walk."""
    usual = [make().der, root().der, make(names=[], usages=None).der, *bundle()]
    assert all(agree(data) for data in usual)


def test_both_agree_on_the_corpus() -> None:
    """Three quarters are usual; the rest is there because something is odd."""
    went_straight = [agree(data) for data in corpus()]
    assert 0.5 < sum(went_straight) / len(went_straight) < 1


def test_both_agree_on_mutated_certificates() -> None:
    """Changed octets make the straight walk give up, never say something else."""
    source = random.Random(20261125)
    seeds = [data for data in [*bundle(), *corpus()] if len(data) < 5000]
    went_straight = [agree(mutated(source.choice(seeds), source)) for _ in range(4000)]
    assert any(went_straight)
    assert not all(went_straight)


def test_both_agree_on_certificates_cut_off_anywhere() -> None:
    """No prefix of a certificate is one."""
    data = make().der
    assert not any(agree(data[:length]) for length in range(len(data)))


def test_what_is_remembered_of_one_certificate_is_not_said_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """A memo that is emptied all the time gives the same table as one that never is."""
    ders = [*bundle(), *corpus()]
    told = certificate.read(ders)
    monkeypatch.setattr(extensions, "_REMEMBERED", {})
    monkeypatch.setattr(extensions, "MOST_REMEMBERED", 1)
    again = certificate.read(ders)
    assert again.frame.equals(told.frame)
    assert again.problems == told.problems
    assert len(extensions._REMEMBERED) <= 1


def test_batches_make_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows keep their order and problems their index when the input is read in parts."""
    ders = [make().der, b"noise", root().der, make(policies=["1.2.3"]).der, b"more noise"]
    told = certificate.read(ders)
    monkeypatch.setattr(certificate, "BATCH", 2)
    again = certificate.read(ders)
    assert again.frame.equals(told.frame)
    assert [index for index, _ in again.problems] == [1, 4]


def test_an_extension_that_stands_twice_is_a_problem_and_the_first_counts() -> None:
    """Which one a client heeds is anybody's guess; ours is said."""
    first = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.32"), bytes.fromhex("3006300406022a03"))
    data = make(extensions=[(first, False)]).der
    twice = data.replace(bytes.fromhex("0603551d25"), bytes.fromhex("0603551d20"))
    straight, careful = both(twice)
    assert straight is None
    assert any("2.5.29.32 stands twice" in text for text in careful.problems)
