"""A look at a whole table before rules are compiled for it: what never occurs there costs nothing in any rule."""

from collections.abc import Iterable

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
        self._open: dict[str, bool] = {}
        self._hollow: dict[tuple[str, str], pl.Series] = {}

    def nulls(self, name: str) -> bool:
        """Whether any row has null there; a column that the table lacks is null throughout."""
        return name not in self.schema or self.table[name].null_count() > 0

    def blank(self, name: str) -> bool:
        """Whether every row has null there."""
        return name not in self.schema or self.table[name].null_count() == self.table.height

    def ever(self, condition: pl.Expr) -> bool:
        """Whether a condition is true of any row."""
        return bool(self.table.select(condition.any()).item()) if self.table.height else False

    def look_at(self, names: Iterable[str]) -> None:
        """Look at several list columns at once; one that is null throughout has no elements."""
        lists = [name for name in names if isinstance(self.schema.get(name), pl.List) and name not in self._open]
        lists = [name for name in lists if self.table[name].null_count() < self.table.height]
        gaps = (pl.col(name).list.agg(pl.element().null_count()).sum() for name in lists)
        found = self.table.lazy().select(gaps).collect().row(0) if lists else ()
        self._open |= {name: bool(count) for name, count in zip(lists, found, strict=True)}

    def open(self, name: str) -> bool:
        """Whether any list has a null element, which says that there may be more."""
        self.look_at([name])
        return self._open.get(name, False)

    def hollow(self, name: str, member: str) -> pl.Series:
        """The rows of which an element, of a list of structures, lacks this member (a row for each such element)."""
        if (name, member) not in self._hollow:
            self._hollow[name, member] = self._rows(name, member)
        return self._hollow[name, member]

    def _rows(self, name: str, member: str) -> pl.Series:
        if name not in self.schema:
            return pl.Series([], dtype=pl.UInt32)
        lists = self.table[name]
        inner = lists.explode(empty_as_null=False, keep_nulls=False)
        lacking = inner.is_not_null() & inner.struct.field(member).is_null()
        return lists.list.len().fill_null(0).cum_sum().search_sorted(lacking.arg_true(), side="right")

    def _decoded(self) -> bool | None:
        if tables.DECODED not in self.schema:
            return False
        read = int(self.table[tables.DECODED].sum() or 0)
        return True if read == self.table.height else None if read else False

    def _named(self, mark: str) -> frozenset[str]:
        if mark not in self.schema or self.table[mark].null_count() == self.table.height:
            return frozenset()
        names = self.table[mark].explode(empty_as_null=False, keep_nulls=False).unique()
        return frozenset(names.drop_nulls().to_list())
