"""A CSV inventory of a million rows to a table of typed facts, against Polars' plain read of the same file.

Both in turn in one process, medians of several rounds: the ratio is what counts. The file is what a CMDB exports: names
with commas in quotes, dates, sizes, owners, and columns that nobody asked for.
"""

import io
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from scanner.importers import Document, recognise
from scanner.importers._walk import documents
from scanner.model import Table

ROWS = 1_000_000
ROUNDS = 7
LIMIT = 3.0


def main() -> None:
    """Print the ratio with its limit."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "inventory.csv"
        write(path, ROWS)
        table = read(path)
        assert table.height == ROWS
        assert table["not_after"].null_count() == 0
        ratio = compare(lambda: read(path), lambda: pl.read_csv(path))
    print(f"CSV of {ROWS:,} rows to table / plain read: {ratio:.2f} (at most {LIMIT:.0f})")


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


def read(path: Path) -> pl.DataFrame:
    """Read the inventory as a check does: from the path, by content, through the importer."""
    (document,) = documents(str(path), root=path.parent, stdin=io.BytesIO())
    assert isinstance(document, Document)
    chosen = recognise(document)
    assert chosen is not None
    (table,) = [one for one in chosen.read(document) if isinstance(one, Table)]
    return table.frame


def compare(ours: Callable[[], object], other: Callable[[], object]) -> float:
    """Run both in turn and return the ratio of their median times; the first round warms up."""
    taken: dict[Callable[[], object], list[float]] = {ours: [], other: []}
    for round_ in range(ROUNDS + 1):
        for run, times in taken.items():
            start = time.perf_counter()
            run()
            if round_:
                times.append(time.perf_counter() - start)
    return statistics.median(taken[ours]) / statistics.median(taken[other])


if __name__ == "__main__":
    main()
