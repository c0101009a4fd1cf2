"""A group rule over a million certificates, against the same groups written by hand in Polars.

Three certificates share each key, and every thousandth key has two owners. By hand, nothing is taken to be unknown. In turn,
in one process; the least processor time of all threads in several rounds.
"""

from dataclasses import replace

import polars as pl

from benchmarks import estate, timing
from scanner.model import Mode, OnUnknown, Severity
from scanner.rules.engine import groups_found
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.language.syntax import AllOf, Distinct, Group, Literal, Mark, Members, Rule, Share, Size, Test

ROWS = 1_000_000
ROUNDS, LIMIT = 5, 1.5
BY, OF = "key.spki_sha256", "owner"
RULE = Rule(
    id="bench/groups", policy="bench", policy_version="1.0.0", title="", kinds=(estate.KIND,), severity=Severity.HIGH,
    enforce=((None, Mode.BLOCK),), if_unknown=OnUnknown.FAIL, waivable=True, when=Test("is_ca", "is", (Literal(value=False),)),
    require=AllOf(()), because="", fix="", source=None, controls=(), tests=(), mark=Mark("", 1, 1),
)  # fmt: skip
DEMANDS: dict[str, Distinct | Members | Share] = {
    "distinct": Distinct(OF, Literal(1)),
    "count": Members(Size("", "at_most", (Literal(2),))),
    "share": Share(Literal(0.6), Literal(50)),
}


def main() -> None:
    """Print a ratio for each demand; the fails of both are compared first, where nothing is unknown."""
    table = shared(ROWS)
    known = table.filter(pl.col("_decoded"))
    print(f"{known[BY].n_unique():,} keys of {ROWS:,} certificates, 3 % of them without bytes")
    for name, demand in DEMANDS.items():
        rule = replace(RULE, group=Group(BY, demand))
        ours, theirs = judged(rule, known), by_hand(name, known)
        if ours != theirs:
            raise SystemExit(f"{name}: {ours} groups fail, {theirs} by hand")
        works = (
            lambda name=name: by_hand(name, table),
            lambda rule=rule: judged(rule, table),
            lambda rule=rule: findings(rule, table),
        )
        hand, counts, found = (spent.cpu for spent in timing.alternately(*works, rounds=ROUNDS))
        print(f"{name}: by hand {hand:.2f} s, with findings {found:.2f} s")
        print(f"{name}: groups counted / by hand: {counts / hand:.2f} (at most {LIMIT})")


def shared(rows: int) -> pl.DataFrame:
    """Make the table of certificates, three to a key."""
    number = pl.int_range(pl.len()) // 3
    key = pl.when("_decoded").then(pl.format("{}{}", pl.lit("0" * 57), number + 10_000_000)).alias(BY)
    owner = pl.when((number % 1000 == 0) & (pl.int_range(pl.len()) % 3 == 0)).then(pl.lit("shop")).otherwise(pl.lit("web"))
    return estate.make(rows).with_columns(key, owner.alias(OF))


def judged(rule: Rule, table: pl.DataFrame) -> int:
    """Judge the groups and count the fails."""
    return evaluate([rule], {estate.KIND: table}, estate.AS_OF).counts(rule.id).failed


def findings(rule: Rule, table: pl.DataFrame) -> int:
    """List groups that fail or are unknown, with their members, and rows of unknown key."""
    evaluation = evaluate([rule], {estate.KIND: table}, estate.AS_OF)
    lost = evaluation.findings(rule.id, estate.KIND).height
    return lost + sum(1 for _ in groups_found.groups(evaluation.grouped[rule.id]))


def by_hand(name: str, table: pl.DataFrame) -> int:
    """Count the groups that fail as one would write it where everything is known."""
    members = table.lazy().filter(~pl.col("is_ca"), pl.col(BY).is_not_null())
    groups = members.group_by(BY).agg(pl.col(OF).drop_nulls().n_unique().alias("distinct") if name == "distinct" else pl.len())
    if name == "share":
        total = table.lazy().filter(~pl.col("is_ca")).select(pl.len()).collect().item()
        return groups.filter((pl.col("len") / total > 0.6) & (total >= 50)).collect().height
    wrong = pl.col("distinct") > 1 if name == "distinct" else pl.col("len") > 2
    return groups.filter(wrong).collect().height


if __name__ == "__main__":
    main()
