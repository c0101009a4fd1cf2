"""Laws that every importer keeps (CONTRIBUTING, Adding something touches one place)."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import importers, tables
from scanner.errors import InputError
from scanner.importers import Document, Importer, all_importers, choose
from scanner.model import Problem, Record, Table
from tests.conftest import CORPUS, SAMPLES
from tests.importers.reading import HERE

STEMS = sorted(path.stem for path in Path(importers.__file__).parent.glob("[!_]*.py"))
EVERY = pytest.mark.parametrize("one", all_importers(), ids=lambda one: one.name)


@pytest.mark.parametrize("stem", STEMS)
def test_an_importer_has_a_sample_and_a_test_of_its_name(stem: str) -> None:
    """One thing, one stem: module, sample, test."""
    assert list(HERE.glob(f"{stem}.*")), f"no sample tests/importers/samples/{stem}.*"
    assert (Path(__file__).parent / f"test_{stem}.py").is_file()


def test_every_module_of_the_folder_is_found() -> None:
    """A file in the folder is a plugin; nobody keeps a list."""
    assert len(all_importers()) == len(STEMS)


@EVERY
def test_an_importer_describes_itself(one: Importer) -> None:
    """Name, description, suffixes and the facts it feeds are there, and the facts exist."""
    assert one.name
    assert one.description[0].isupper() or one.description[0].islower()
    assert all(suffix.startswith(".") for suffix in one.suffixes)
    assert one.feeds or one.name == "certgate-output"
    for feed in one.feeds:
        kind, _, name = feed.partition(":")
        assert tables.fact(kind, name) is not None or name.endswith("*"), feed


@pytest.mark.parametrize("path", sorted(HERE.glob("[!R]*.*")), ids=lambda path: path.name)
def test_a_sample_is_recognised_by_content(path: Path) -> None:
    """Type by content, not by suffix: the importer of the sample's stem is chosen."""
    stem = path.stem.partition("-")[0]
    chosen = choose(path.read_bytes())
    assert chosen is not None
    assert chosen.name.replace("-", "_") == stem


@pytest.mark.parametrize(
    "data", [b"", b" ", b"hello, world", b"\0" * 100, b"%PDF-1.7\n", b"PK\3\4" + b"\0" * 60, b"\xff\xfe", b"name\n"]
)
def test_what_is_no_evidence_is_nobodys(data: bytes) -> None:
    """Nothing recognises other files, so that in a folder they are only counted."""
    assert choose(data) is None


GENUINE = [
    HERE / "pem.pem",
    HERE / "der.der",
    HERE / "pkcs7.p7b",
    HERE / "sslyze.json",
    HERE / "csv_inventory.csv",
    HERE / "json_inventory-keyfactor.json",
    HERE / "jsonl_inventory.jsonl",
    SAMPLES / "sslyze" / "loopback-stapling-6.3.1.json",
    CORPUS / "scans" / "down.json",
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A genuine file with bytes changed, cut out or put in."""
    data = bytearray(draw(st.sampled_from(GENUINE)).read_bytes())
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.sampled_from([0, 1, 2, 30, 4000]))
        data[at : at + length] = draw(st.sampled_from([b"", b"\0", b'"', b"\n", b",", b"\xff", b"{", b"]", b"-----", b"9" * 30]))
    return bytes(data)


@EVERY
@settings(max_examples=60, deadline=None)
@given(data=st.one_of(damaged(), st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_an_importer_never_crashes(one: Importer, data: bytes) -> None:
    """Whatever the bytes are, there are records, problems or an InputError, and every sniff gives a level."""
    assert one.sniff(data) in {0, 1, 2, 3}
    document = Document("f", data, "f")
    try:
        found = list(one.read(document))
    except InputError:
        return
    assert all(isinstance(item, Record | Table | Problem) for item in found)
