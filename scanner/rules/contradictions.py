"""Where rules contradict each other: what one accepts by name another rejects, on one asset and one fact.

Computed from the rules and the evidence, never listed by hand. A rule *accepts* a value that its allow-list spells out, or that
alone lets it find what it asks for; a rule *rejects* a value that by itself makes it fail. Two rules contradict each other where
both are asked of the same asset, the first passes, the second fails, and the asset has such a value. Left out is what is meant:
rules of one policy or of one document, a policy that extends the other, rules that only report, and a value that another rule of
the accepting policy rejects too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from itertools import product

import polars as pl

from scanner.model import Contradiction, Mode
from scanner.record import record
from scanner.rules.engine.compile import column
from scanner.rules.engine.evaluate import Evaluation
from scanner.rules.engine.single import Item, judge
from scanner.rules.language.syntax import Policy, Predicate, Rule
from scanner.rules.language.values import in_words
from scanner.rules.said.stances import Stance, accepting, rejecting

MOST_EXAMPLES = 3
MOST_VALUES = 20
"""Values of one contradiction that are named; a server of hostile answers has no more."""
ROW, VALUE, KEY = "_row", "_value", "_key"
Meetings = dict[str, dict[tuple[str, str], set[int]]]
"""Value to rules that meet over it (accepting, rejecting) to the rows where they do."""


@record
class _Seen:
    """The table of a kind, and where which rules hold or fail."""

    kind: str
    table: pl.DataFrame
    holds: Mapping[str, pl.Series]
    as_of: datetime
    values: dict[str, pl.DataFrame] = field(default_factory=dict)
    """Field to its values row by row, once they were asked for."""

    def judged(self, stance: Stance, value: object, predicate: Predicate | None = None) -> bool | None:
        """Judge one value by a part of a rule that asks nothing of the rest of the row."""
        row = Item(self.kind, {stance.field: value}, self.as_of)
        return judge(predicate or stance.predicate, row.inside(stance.field, value) if stance.listed else row)

    def rejected(self, stance: Stance, value: object) -> bool:
        """Tell whether this value makes the rule fail."""
        return self.judged(stance, value) is stance.wrong


def find(
    evaluation: Evaluation, rules: Sequence[Rule], policies: Sequence[Policy], known: Mapping[str, pl.DataFrame], as_of: datetime
) -> tuple[Contradiction, ...]:
    """Find what rules of a run contradict, those that most assets show first."""
    asked = [rule for rule in rules if rule.group is None and rule.mode(as_of) is not Mode.REPORT]
    kin = _kin(policies)
    found = [one for kind, table in known.items() for one in _of_kind(kind, table, asked, kin, evaluation, as_of)]
    return tuple(sorted(found, key=lambda one: (-one.affected, one.field, one.values)))


def _kin(policies: Sequence[Policy]) -> dict[str, frozenset[str]]:
    """Name of each policy those that it extends, however far."""
    every = {one.id: one for policy in policies for one in policy.all()}
    return {name: frozenset(other.id for other in one.all()) for name, one in every.items()}


def _strangers(one: Rule, other: Rule, kin: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether rules speak for different bodies: neither policy extends the other, and the documents differ."""
    related = other.policy in kin.get(one.policy, ()) or one.policy in kin.get(other.policy, ())
    same = one.source and other.source and (one.source.doc, one.source.edition) == (other.source.doc, other.source.edition)
    return one.policy != other.policy and not related and not same


def _of_kind(
    kind: str,
    table: pl.DataFrame,
    rules: Sequence[Rule],
    kin: Mapping[str, frozenset[str]],
    evaluation: Evaluation,
    as_of: datetime,
) -> Iterator[Contradiction]:
    concerned = [rule for rule in rules if kind in rule.kinds]
    accept = [one for rule in concerned if evaluation.counts(rule.id).passed for one in accepting(rule, kind)]
    reject = [one for rule in concerned if evaluation.counts(rule.id).failed for one in rejecting(rule, kind)]
    pairs = [
        (one, other)
        for one, other in product(accept, reject)
        if one.subject == other.subject and _strangers(one.rule, other.rule, kin)
    ]
    if not pairs:
        return
    seen = _Seen(kind, table, _holds(pairs, reject, kind, table, as_of), as_of)
    for subject in dict.fromkeys(one.subject for one, _ in pairs):
        meetings = _meetings([pair for pair in pairs if pair[0].subject == subject], reject, seen)
        yield from _gathered(subject, meetings, accept, reject, seen)


def _holds(
    pairs: Sequence[tuple[Stance, Stance]], reject: Sequence[Stance], kind: str, table: pl.DataFrame, as_of: datetime
) -> dict[str, pl.Series]:
    """Say row by row what each rule says where it is asked: true passes, false fails, null neither."""
    of_pairs = {one.rule.id: one.rule for pair in pairs for one in pair}
    concerned = of_pairs | {one.rule.id: one.rule for one in reject}
    frame = table.select(_asked(rule, kind, table, as_of).alias(id_) for id_, rule in concerned.items())
    return {series.name: series for series in frame.get_columns()}


def _asked(rule: Rule, kind: str, table: pl.DataFrame, as_of: datetime) -> pl.Expr:
    required = column(rule.require, kind, table, as_of)
    return required if rule.when is None else pl.when(column(rule.when, kind, table, as_of)).then(required)


def _meetings(pairs: Sequence[tuple[Stance, Stance]], reject: Sequence[Stance], seen: _Seen) -> Meetings:
    """Find row by row which values the rules of each pair meet over."""
    found: Meetings = {}
    for one, other in pairs:
        rows = (seen.holds[one.rule.id] & ~seen.holds[other.rule.id]).fill_null(value=False)
        if not rows.any():
            continue
        home = [stance for stance in reject if stance.rule.policy == one.rule.policy and stance.subject == one.subject]
        for value, at in _met(one, other, home, rows, seen):
            found.setdefault(value, {}).setdefault((one.rule.id, other.rule.id), set()).update(at)
    return found


def _met(one: Stance, other: Stance, home: Sequence[Stance], rows: pl.Series, seen: _Seen) -> Iterator[tuple[str, list[int]]]:
    """Name the values that one rule accepts and the other rejects, with the rows that have them."""
    values = _values(one, rows, seen).join(_values(other, rows, seen).select(ROW, KEY), on=[ROW, KEY], how="semi")
    distinct = dict(values.unique(KEY, maintain_order=True).select(KEY, VALUE).iter_rows())
    over = [
        key
        for key, value in distinct.items()
        if seen.judged(one, value, one.naming)
        and seen.rejected(other, value)
        and not any(seen.rejected(own, value) for own in home)
    ]
    if one.needed and over:
        values = values.filter(~pl.col(ROW).is_in(_spared(one, other, rows, seen).implode()))
    for key in over:
        if at := values.filter(pl.col(KEY) == key)[ROW].to_list():
            yield in_words(distinct[key]), at


def _spared(one: Stance, other: Stance, rows: pl.Series, seen: _Seen) -> pl.Series:
    """Find the rows that one rule would pass without what the other rejects: they have another value, or may have."""
    values = _values(one, rows, seen)
    distinct = values.unique(KEY, maintain_order=True).select(KEY, VALUE).iter_rows()
    fine = [key for key, value in distinct if seen.judged(one, value) is not False and not seen.rejected(other, value)]
    unseen = seen.table.select(pl.col(one.field).list.eval(pl.element().is_null()).list.any().alias(KEY)).with_row_index(ROW)
    return pl.concat([values.filter(pl.col(KEY).is_in(fine))[ROW], unseen.filter(pl.col(KEY))[ROW]])


def _values(stance: Stance, rows: pl.Series, seen: _Seen) -> pl.DataFrame:
    """List the values of a field row by row, with a text that tells them apart."""
    if stance.field not in seen.values:
        frame = seen.table.select(pl.col(stance.field).alias(VALUE)).with_row_index(ROW)
        frame = (frame.explode(VALUE) if stance.listed else frame).drop_nulls(VALUE)
        key = pl.col(VALUE).struct.json_encode() if stance.shaped else pl.col(VALUE).cast(pl.String)
        seen.values[stance.field] = frame.with_columns(key.cast(pl.Categorical).alias(KEY))
    frame = seen.values[stance.field]
    return frame.filter(rows.gather(frame[ROW]))


def _gathered(
    subject: str, meetings: Meetings, accept: Sequence[Stance], reject: Sequence[Stance], seen: _Seen
) -> Iterator[Contradiction]:
    """Put values together over which the same rules meet."""
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for value, met in meetings.items():
        sides = tuple(sorted({one for one, _ in met})), tuple(sorted({other for _, other in met}))
        alike.setdefault(sides, []).append(value)
    for (accepts, rejects), values in alike.items():
        rows = sorted(set().union(*(at for value in values for at in meetings[value].values())))
        names = seen.table["name"].gather(rows[:MOST_EXAMPLES]).to_list()
        stances = [
            [one for one in some if one.subject == subject and one.rule.id in ids]
            for some, ids in ((accept, accepts), (reject, rejects))
        ]
        fields = {one.field for side in stances for one in side}
        yield Contradiction(
            kind=seen.kind,
            field=fields.pop() if len(fields) == 1 else subject,
            values=tuple(sorted(values)[:MOST_VALUES]),
            accepts=accepts,
            rejects=rejects,
            affected=len(rows),
            examples=tuple(str(one) for one in names),
            common=_common(stances[0], stances[1], seen),
        )


def _common(accept: Sequence[Stance], reject: Sequence[Stance], seen: _Seen) -> tuple[str, ...] | None:
    """Name what all these rules accept; nothing is said where that cannot be told."""
    named = [value for value in accept[0].named if all(seen.judged(one, one.element(value)) for one in accept)]
    verdicts = [(value, [seen.judged(one, one.element(value)) for one in reject]) for value in named]
    fine = [
        in_words(value) for value, said in verdicts if all(it is (not one.wrong) for it, one in zip(said, reject, strict=True))
    ]
    return tuple(fine) if fine or not any(None in said for _, said in verdicts) else None
