"""A CSV inventory of a million rows to typed facts, and on to the findings of a policy, against Polars' plain read of the file.

All in turn in one process. The file is what a CMDB exports: names with commas in quotes, dates, sizes, owners, columns that
nobody asked for, and no fingerprints. To the table: the bytes are read and recognised, every cell becomes a typed fact.
To the findings: besides, sightings are merged (each row's identity is a SHA-256), chains and time facts are added, and the
rules of `default` are evaluated to rows and masks of missing fields. Not in it: reading the policies (once a run, see
`start`) and writing findings out as sentences. The plain read types numbers only and decides nothing.

The limits are for processor time. By wall clock the ratio grows with the cores: the plain read uses all of them, and a million
SHA-256 in Python one.
"""

import io
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from benchmarks import timing
from scanner import pipeline
from scanner.facts import certificate
from scanner.importers import Document, recognise
from scanner.importers._walk import documents
from scanner.inventory.intake import Intake
from scanner.inventory.merge import merge
from scanner.model import Table
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.language.syntax import Rule
from scanner.rules.reader import find, load

ROWS = 1_000_000
ROUNDS = 5
TO_TABLE, TO_FINDINGS = 3, 4
AS_OF = datetime(2026, 11, 24, 12, tzinfo=UTC)


def main() -> None:
    """Print both ratios, of processor time with their limits, and of wall clock."""
    rules = shipped()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "inventory.csv"
        write(path, ROWS)
        frame = read(path).frame
        assert frame.height == ROWS
        assert frame["not_after"].null_count() == 0
        assert found(path, rules) > ROWS
        plain, table, findings = timing.alternately(
            lambda: pl.read_csv(path), lambda: read(path), lambda: found(path, rules), rounds=ROUNDS
        )
    print(f"{ROWS:,} rows of CSV, {len(rules)} rules; plain read {plain.wall:.2f} s, {plain.cpu:.2f} s of processor time")
    for what, spent, limit in (("to table", table, TO_TABLE), ("to findings", findings, TO_FINDINGS)):
        print(f"{what} / plain read, processor {spent.cpu:.2f} s: {spent.cpu / plain.cpu:.2f} (at most {limit})")
        print(f"{what} / plain read, wall clock {spent.wall:.2f} s: {spent.wall / plain.wall:.2f} on {os.cpu_count()} cores")


def shipped() -> list[Rule]:
    """Read the policy that is judged by where none is named."""
    policies = load.load(find.find("default"))
    return list({rule.id: rule for policy in policies for rule in policy.rules}.values())


def write(path: Path, rows: int) -> None:
    """Write an inventory; every value follows from the number of its row."""
    number = pl.int_range(rows, eager=True).alias("i")
    i, text = pl.col("i"), pl.col("i").cast(pl.String)
    moment = pl.duration(minutes=i % 400_000)
    even = i % 2 == 0
    pl.DataFrame([number]).select(
        pl.format("CI{}", i + 7_000_000).alias("Asset ID"),
        pl.format("host{}.example.test", text).alias("Common Name"),
        pl.format("CN=host{}.example.test, O=Example Lab, C=CH", text).alias("Subject"),
        pl.format("CN=Example Issuing CA {}, O=Example Lab, C=CH", i % 20).alias("Issuer"),
        pl.format("0A{}BC{}", i.hash(3) % 10**8, i.hash(4)).alias("Serial Number"),
        (pl.datetime(2026, 1, 1) + moment).dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("Valid From"),
        (pl.datetime(2026, 4, 1) + moment).dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("Valid To"),
        pl.when(even).then(pl.lit("RSA")).otherwise(pl.lit("EC")).alias("Key Type"),
        pl.when(even).then(2048).otherwise(256).alias("Key Size"),
        pl.when(even).then(pl.lit("sha256WithRSAEncryption")).otherwise(pl.lit("ecdsa-with-SHA256")).alias("Signature Algorithm"),
        pl.format("host{}.example.test;api{}.example.test", text, text).alias("DNS Names"),
        pl.format("team{}@example.test", i % 500).alias("Owner"),
        pl.format("Team {}", i % 500).alias("Support Group"),
        pl.when(i % 3 == 0).then(pl.lit("production")).otherwise(pl.lit("test")).alias("Environment"),
        pl.format("service {}", i % 9000).alias("Application"),
        pl.format("cost centre {}", i % 77).alias("Cost Centre"),
        pl.format("Imported from discovery run {}", i % 365).alias("Comments"),
        (pl.datetime(2026, 11, 1) + pl.duration(minutes=i % 30_000)).dt.strftime("%Y-%m-%d %H:%M:%S").alias("Last Discovery"),
    ).write_csv(path)


def read(path: Path) -> Table:
    """Read the inventory as a check does: from the path, by content, through the importer."""
    (document,) = documents(str(path), root=path.parent, stdin=io.BytesIO())
    assert isinstance(document, Document)
    chosen = recognise(document)
    assert chosen is not None
    (table,) = [one for one in chosen.read(document) if isinstance(one, Table)]
    return table


def found(path: Path, rules: Sequence[Rule]) -> int:
    """Go all the way to the findings, as a check does, and count them."""
    intake = Intake()
    intake.add_table(read(path), path.name)
    merged = merge(intake.frames(), certificate.read)
    known = pipeline.timed(pipeline.derive(merged, (), ()), AS_OF)
    evaluation = evaluate(rules, known, AS_OF)
    return sum(judged.findings()[0].height for judged in evaluation.judged.values())


if __name__ == "__main__":
    main()
