"""All shipped certificate rules over a million certificates, against the same rules written by hand in Polars.

In turn, in one process; the least processor time of all threads in several rounds. The table is made in columns (`estate`),
for a million real certificates would have to be signed first; `decode` measures those. First the fails of both are compared,
where nothing is unknown.
"""

from collections.abc import Sequence

import polars as pl

from benchmarks import by_hand, estate, timing
from scanner.rules.engine.evaluate import Evaluation, evaluate
from scanner.rules.language.syntax import Rule
from scanner.rules.reader import find, load

ROWS = 1_000_000
ROUNDS = 5
COUNTS, FINDINGS = 1.5, 2.5


def main() -> None:
    """Print both ratios with their limits."""
    rules = shipped()
    agree(rules)
    table = estate.make(ROWS)
    works = (lambda: by_hand.fails(table), lambda: judged(rules, table), lambda: found(judged(rules, table), rules))
    hand, counts, findings = (spent.cpu for spent in timing.alternately(*works, rounds=ROUNDS))
    print(f"{len(rules)} rules over {ROWS:,} certificates, made in columns; by hand {hand:.2f} s")
    print(f"outcomes counted / by hand: {counts / hand:.2f} (at most {COUNTS})")
    print(f"findings with missing fields / by hand: {findings / hand:.2f} (at most {FINDINGS})")


def shipped() -> list[Rule]:
    """Read the shipped policies; every certificate rule must have been written by hand too, but for those on groups."""
    policies = [policy for name in find.shipped() for policy in load.load(find.find(name))]
    rules = [rule for policy in policies for rule in policy.rules if estate.KIND in rule.kinds and rule.group is None]
    known = {rule.id: rule for rule in rules}
    if unmatched := set(known) ^ set(by_hand.RULES):
        raise SystemExit(f"write these by hand too, or no longer: {', '.join(sorted(unmatched))}")
    return list(known.values())


def agree(rules: Sequence[Rule]) -> None:
    """Make sure that both find the same fails where no fact is unknown."""
    table = estate.make(20_000).filter("_decoded", pl.col("root.fingerprint_sha256").is_not_null(), pl.col("trust").is_not_null())
    evaluation, fails = judged(rules, table), by_hand.fails(table)
    ours = {rule.id: evaluation.counts(rule.id) for rule in rules}
    if apart := [rule for rule, counts in ours.items() if counts.failed != fails[rule]]:
        told = (f"{rule}: {ours[rule].failed} fails, {fails[rule]} by hand, {ours[rule].unknown} unknown" for rule in apart)
        raise SystemExit("\n".join(told))


def judged(rules: Sequence[Rule], table: pl.DataFrame) -> Evaluation:
    """Count all outcomes."""
    return evaluate(rules, {estate.KIND: table}, estate.AS_OF)


def found(evaluation: Evaluation, rules: Sequence[Rule]) -> int:
    """List all findings, with masks of missing fields."""
    return sum(evaluation.judged[rule.id, estate.KIND].findings()[0].height for rule in rules)


if __name__ == "__main__":
    main()
