"""RESULT folders: what was saved is what is loaded, and nothing else is believed (interfaces.md, SNAPSHOT and RESULT)."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import reports
from scanner.errors import UsageError
from scanner.inventory import store
from scanner.model import ExceptionReport, ExceptionState, Report
from tests.reports.factory import report
from tests.reports.oddities import HOSTILE, empty, small

JSON = next(one for one in reports.renderers() if one.name == "json")
TABLES = ("tables", "findings", "gaps", "problems", "sightings")


def save(said: Report, folder: Path) -> Path:
    """Save a report as a run does."""
    store.save(said, folder, JSON.parts(said, {}))
    return folder


def sealed(folder: Path) -> None:
    """Write the digests anew, as somebody would who changes a result and means not to be found out."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for one in manifest["outputs"]:
        one["sha256"] = sha256((folder / one["name"]).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def differences(one: Report, other: Report) -> list[str]:
    """Name the fields in which two reports differ."""
    plain = [name for name in Report.__dataclass_fields__ if name not in TABLES and getattr(one, name) != getattr(other, name)]
    frames = [name for name in TABLES[1:] if not getattr(one, name).equals(getattr(other, name))]
    kinds = {*one.tables, *other.tables}
    return [*plain, *frames, *(kind for kind in kinds if not one.tables[kind].equals(other.tables[kind]))]


EXCEPTION = ExceptionReport(
    "EX-1", "public-tls/*", "{ name: a }", "It is a test.", "a@example.com", "b@example.com", "T-1", "2026-09-01", "2026-12-01",
    ExceptionState.IN_FORCE, waives=("ab" * 16,), days_left=62, path="exceptions.yaml", line=3,
)  # fmt: skip


@pytest.mark.parametrize("make", [small, empty, lambda: report(exceptions=(EXCEPTION,))], ids=["small", "empty", "exceptions"])
def test_what_was_saved_is_what_is_loaded(make: Callable[[], Report], tmp_path: Path) -> None:
    """`report` renders from the folder what the run would have rendered, so every field comes back."""
    said = make()
    assert differences(store.load(save(said, tmp_path / "result")), said) == []


def test_what_stands_in_parquet_is_not_read_from_the_json_again(tmp_path: Path) -> None:
    """Its lists can be gigabytes. Where they begin and end shows in any indented layout, that of earlier results, too."""
    said = small()
    folder = save(said, tmp_path / "result")
    whole = json.loads((folder / "result.json").read_bytes())
    assert whole["findings"]
    (folder / "result.json").write_text(json.dumps(whole, indent=2) + "\n")
    sealed(folder)
    assert differences(store.load(folder), said) == []
    kept = json.loads(store._beside_the_tables(folder / "result.json"))
    assert {name for name in whole if whole[name] != kept[name]} == {"findings", "evidence_gaps", "problems"}
    assert (kept["findings"], kept["evidence_gaps"], kept["problems"]) == ([], [], [])


@pytest.mark.parametrize("observed", ["", "{", '{"a": 1}, {"finding_id": "made up"}', "null"])
def test_observed_facts_that_are_no_json_are_refused(observed: str, tmp_path: Path) -> None:
    """They are put into the JSON output as they are, and a folder may come from anywhere."""
    folder = save(small(), tmp_path / "result")
    found = pl.read_parquet(folder / "findings.parquet")
    bad = pl.when(pl.int_range(pl.len()) == 1).then(pl.lit(observed)).otherwise("observed")
    found.with_columns(observed=bad).write_parquet(folder / "findings.parquet")
    sealed(folder)
    with pytest.raises(UsageError, match="observed"):
        store.load(folder)


def test_the_folder_holds_what_is_promised(tmp_path: Path) -> None:
    """Users open these files with tools of their own."""
    folder = save(small(), tmp_path / "result")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    promised = ("manifest.json", "result.json", "certificate.parquet", "endpoint.parquet", "sightings.parquet", "problems.parquet",
                "findings.parquet", "rules.parquet", "exceptions.parquet", "policies/public-tls.yaml")  # fmt: skip
    assert found >= set(promised)


def test_the_manifest_tells_every_file_from_a_changed_one(tmp_path: Path) -> None:
    """Digest and size of every file but the manifest itself."""
    folder = save(small(), tmp_path / "result")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    del files["manifest.json"]
    said = {one["name"]: (one["sha256"], one["size"]) for one in manifest["outputs"]}
    assert said == {name: (sha256(data).hexdigest(), len(data)) for name, data in files.items()}
    assert {one["name"] for one in manifest["inputs"]} == {source.name for source in small().sources}
    assert (manifest["schema_version"], manifest["as_of"], manifest["as_of_given"]) == (1, "2026-09-30T00:00:00Z", True)


def test_rules_parquet_counts_by_outcome(tmp_path: Path) -> None:
    """The four outcomes have the names that policies use."""
    said = small()
    rules = pl.read_parquet(save(said, tmp_path / "result") / "rules.parquet")
    counted = [(one.id, one.passed, one.failed, one.unknown, one.skipped) for one in said.rules]
    assert rules.select("rule_id", "pass", "fail", "unknown", "skip").rows() == counted


def test_a_result_replaces_the_one_before_it(tmp_path: Path) -> None:
    """Nothing of the old one is left, and nothing lies beside it."""
    folder = save(small(), tmp_path / "result")
    (folder / "left-over.txt").write_text("old")
    save(empty(), folder)
    assert store.load(folder).findings.is_empty()
    assert not (folder / "left-over.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_a_save_that_fails_leaves_the_old_result_as_it_was(tmp_path: Path) -> None:
    """It is written aside and then renamed: half a result is never seen."""
    folder = save(small(), tmp_path / "result")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    broken = replace(empty(), policies=(replace(small().policies[0], id="no/such/folder"),))
    with pytest.raises(OSError, match="no/such/folder"):
        save(broken, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_a_folder_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    """`--save .` in a project must not remove the project."""
    (tmp_path / "main.py").write_text("print()")
    with pytest.raises(UsageError, match="not a certgate result"):
        save(empty(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["main.py"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    """The user made it for this."""
    assert store.is_snapshot(save(empty(), tmp_path))


READERS = [store.load, store.load_tables]


def told(folder: Path, **changes: Any) -> None:
    """Change what the manifest says; None takes it out."""
    manifest = json.loads((folder / "manifest.json").read_bytes()) | changes
    (folder / "manifest.json").write_text(json.dumps({name: value for name, value in manifest.items() if value is not None}))


@pytest.mark.parametrize("read", READERS)
def test_an_unknown_newer_schema_is_refused(read: Callable[[Path], object], tmp_path: Path) -> None:
    """What a newer certgate means by its columns is not guessed."""
    folder = save(empty(), tmp_path / "result")
    told(folder, schema_version=store.SCHEMA_VERSION + 1)
    with pytest.raises(UsageError, match="written by a newer certgate"):
        read(folder)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"schema_version": []}', b'{"schema_version": "x"}'])
def test_what_is_no_manifest_is_refused(read: Callable[[Path], object], text: bytes, tmp_path: Path) -> None:
    """Without a version nothing in the folder is believed."""
    folder = save(empty(), tmp_path / "result")
    (folder / "manifest.json").write_bytes(text)
    with pytest.raises(UsageError, match="not a certgate result"):
        read(folder)


def test_a_folder_without_a_result_says_how_to_make_one(tmp_path: Path) -> None:
    """`report` wants what `check --save` writes."""
    with pytest.raises(UsageError, match=r"certgate check … --save"):
        store.load(tmp_path)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_certificate_says_comes_back_as_it_is(text: str, tmp_path: Path) -> None:
    """The folder neither interprets nor changes names; reports escape them."""
    said = report({"certificate": [{"asset_id": "ab" * 32, "place": text, "name": text, "owner": text, "_decoded": True}]})
    loaded = store.load(save(said, tmp_path / "result"))
    assert differences(loaded, said) == []
    assert loaded.tables["certificate"].select("name", "place", "owner").row(0) == (text,) * 3


def test_a_policy_named_in_a_result_never_leads_out_of_its_folder(tmp_path: Path) -> None:
    """A result from elsewhere may name any policy; only files beside it are read."""
    (tmp_path / "secret.yaml").write_text("secret")
    folder = save(small(), tmp_path / "result")
    result = json.loads((folder / "result.json").read_bytes())
    result["policies"][0]["id"] = "../../secret"
    (folder / "result.json").write_text(json.dumps(result))
    sealed(folder)
    assert "secret" not in store.load(folder).policies[0].text


@pytest.mark.parametrize("name", ["certificate.parquet", "sightings.parquet"])
@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + bytes(64) + b"PAR1"], ids=["empty", "cut", "noise"])
@pytest.mark.parametrize("read", READERS)
def test_a_broken_table_is_a_fault_in_words(read: Callable[[Path], object], data: bytes, name: str, tmp_path: Path) -> None:
    """A folder cut short on its way is bad input, not an internal fault."""
    folder = save(small(), tmp_path / "result")
    (folder / name).write_bytes(data)
    sealed(folder)
    with pytest.raises(UsageError, match=name):
        read(folder)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"settings": {}}'])
def test_a_broken_result_is_a_fault_in_words(text: bytes, tmp_path: Path) -> None:
    """Likewise the JSON output."""
    folder = save(empty(), tmp_path / "result")
    (folder / "result.json").write_bytes(text)
    sealed(folder)
    with pytest.raises(UsageError, match=r"result\.json"):
        store.load(folder)


def test_a_table_of_other_types_is_a_fault_in_words(tmp_path: Path) -> None:
    """Every column has its declared type, whoever wrote the file."""
    folder = save(small(), tmp_path / "result")
    path = folder / "certificate.parquet"
    pl.read_parquet(path).with_columns(pl.lit("many").alias("key.bits")).write_parquet(path)
    sealed(folder)
    with pytest.raises(UsageError, match=r"certificate\.parquet"):
        store.load_tables(folder)


def test_a_table_of_other_columns_is_a_fault_in_words(tmp_path: Path) -> None:
    """A table that somebody made by hand is refused where it lacks what reports say."""
    folder = save(empty(), tmp_path / "result")
    pl.DataFrame({"x": [1]}).write_parquet(folder / "findings.parquet")
    sealed(folder)
    with pytest.raises(UsageError, match=r"findings\.parquet"):
        store.load(folder)


@pytest.mark.parametrize(
    ("name", "column"),
    [("findings", "severity"), ("findings", "mode"), ("findings", "outcome"), ("gaps", "severity"), ("problems", "severity")],
)
@pytest.mark.parametrize("word", ["pass", "Critical", "", None])
def test_words_that_no_run_writes_are_refused(name: str, column: str, word: str | None, tmp_path: Path) -> None:
    """No report has a place for them; a finding whose outcome is `pass` least of all."""
    folder = save(small(), tmp_path / "result")
    table = pl.read_parquet(folder / f"{name}.parquet")
    table.with_columns(pl.lit(word, pl.String).alias(column)).write_parquet(folder / f"{name}.parquet")
    sealed(folder)
    with pytest.raises(UsageError, match=rf"{name}\.parquet: not a table of a certgate result: .* is no {column}"):
        store.load(folder)


@pytest.mark.parametrize("name", ["findings.parquet", "result.json", "sightings.parquet", "policies/public-tls.yaml"])
def test_a_result_that_was_changed_is_refused(name: str, tmp_path: Path) -> None:
    """Findings cut out, an exit code made good: the manifest's digests tell."""
    folder = save(small(), tmp_path / "result")
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(UsageError, match="was changed after the result was written"):
        store.load(folder)


def test_a_file_that_is_gone_or_was_put_there_is_refused(tmp_path: Path) -> None:
    """What the manifest lists is there, and no table that it does not list."""
    folder = save(small(), tmp_path / "result")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["outputs"] = [one for one in manifest["outputs"] if one["name"] != "certificate.parquet"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match=r"certificate\.parquet is not in the manifest"):
        store.load_tables(folder)
    (folder / "certificate.parquet").unlink()
    (folder / "rules.parquet").unlink()
    with pytest.raises(UsageError, match=r"rules\.parquet: is gone"):
        store.load_tables(folder)


@pytest.mark.parametrize("read", READERS)
def test_a_result_that_lost_its_problems_is_refused(read: Callable[[Path], object], tmp_path: Path) -> None:
    """Without them nobody knows whether the run that was kept was complete."""
    folder = save(small(), tmp_path / "result")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    told(folder, outputs=[one for one in manifest["outputs"] if one["name"] != "problems.parquet"])
    (folder / "problems.parquet").unlink()
    with pytest.raises(UsageError, match=r"does not list problems\.parquet"):
        read(folder)
