"""A look at a whole table before rules are compiled for it: what never occurs there costs nothing in any rule."""

from collections.abc import Callable

import polars as pl

from scanner import tables


class Survey:
    """What occurs in a table: nulls, open lists, marks; each column is looked at when first asked for."""

    def __init__(self, table: pl.DataFrame) -> None:
        self.table = table
        self.schema = table.schema
        self.decoded = self._decoded()
        """All rows were read from bytes, or none; None: some."""
        self.said_unknown = self._named(tables.UNKNOWN)
        self.said_absent = self._named(tables.ABSENT)
        self._inner: dict[str, pl.Series] = {}
        self._known: dict[tuple[str, str], bool] = {}

    def nulls(self, name: str) -> bool:
        """Whether any row has null there; a column that the table lacks is null throughout."""
        return name not in self.schema or self.table[name].null_count() > 0

    def open(self, name: str) -> bool:
        """Whether any list has a null element, which says that there may be more."""
        return self._once(name, "", lambda inner: inner.null_count() > 0)

    def hollow(self, name: str, member: str) -> bool:
        """Whether any element, of a list of structures, lacks this member."""
        return self._once(name, member, lambda inner: inner.struct.field(member).null_count() > 0)

    def _once(self, name: str, member: str, look: Callable[[pl.Series], bool]) -> bool:
        if name not in self.schema:
            return False
        if name not in self._inner:
            self._inner[name] = self.table[name].explode(empty_as_null=False, keep_nulls=False)
        key = name, member
        if key not in self._known:
            self._known[key] = look(self._inner[name])
        return self._known[key]

    def _decoded(self) -> bool | None:
        if tables.DECODED not in self.schema:
            return False
        read = int(self.table[tables.DECODED].sum() or 0)
        return True if read == self.table.height else None if read else False

    def _named(self, mark: str) -> frozenset[str]:
        if mark not in self.schema:
            return frozenset()
        names = self.table[mark].explode(empty_as_null=False, keep_nulls=False).unique()
        return frozenset(names.drop_nulls().to_list())
