"""Short ways for tests to read bytes as a document and to sort what comes out."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from scanner.errors import InputError
from scanner.importers import Document, recognise
from scanner.importers._mapping import InventoryMapping, load
from scanner.model import Problem, Record, Table

HERE = Path(__file__).parent / "samples"


@dataclass(slots=True)
class Result:
    """What an importer made of a document."""

    importer: str
    records: list[Record] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    error: InputError | None = None

    @property
    def frame(self) -> pl.DataFrame:
        """The only table."""
        (table,) = self.tables
        return table.frame

    def row(self, index: int = 0) -> dict[str, object]:
        """One row of the only table, without what it does not know."""
        return {name: value for name, value in self.frame.row(index, named=True).items() if value is not None}

    def codes(self) -> list[str]:
        """The codes of the problems, in order."""
        return [problem.code for problem in self.problems]

    def problem(self, code: str) -> Problem:
        """The only problem with this code."""
        (found,) = [problem for problem in self.problems if problem.code == code]
        return found

    def add(self, one: Record | Table | Problem) -> None:
        """Put what an importer gave beside its like."""
        match one:
            case Record():
                self.records.append(one)
            case Table():
                self.tables.append(one)
            case Problem():
                self.problems.append(one)

    def of(self, kind: str) -> list[Record]:
        """The records of a kind."""
        return [record for record in self.records if record.kind == kind]


def read(data: bytes | str | Path, *, named: bool = True, mapping: str | InventoryMapping | None = None) -> Result:
    """Read a document with the importer that recognises it."""
    content = data.read_bytes() if isinstance(data, Path) else data.encode() if isinstance(data, str) else data
    rules = load("mapping.yaml", mapping)[0] if isinstance(mapping, str) else mapping
    document = Document("evidence", content, "evidence", named=named, mapping=rules)
    chosen = recognise(document)
    if chosen is None:
        return Result("")
    result = Result(chosen.name)
    try:
        for one in chosen.read(document):
            result.add(one)
    except InputError as error:
        result.error = error
    return result
