"""The rules of twenty policies of thirty over a million certificates, against the same rules by hand, policy by policy.

The policies are those of `load`; by hand each is one query, as somebody with twenty policies would write them.
"""

from collections.abc import Sequence

import polars as pl

from benchmarks import by_hand, estate, timing
from benchmarks.evaluate import COUNTS, FINDINGS, ROWS, found, judged
from benchmarks.load import POLICIES, texts
from scanner.rules.language.syntax import Rule
from scanner.rules.reader import load

ROUNDS = 2


def main() -> None:
    """Print both ratios with their limits."""
    rules = [rule for policy in load.load(texts()) for rule in policy.rules]
    table = estate.make(ROWS)
    works = (lambda: fails(rules, table), lambda: judged(rules, table), lambda: found(judged(rules, table), rules))
    hand, counts, findings = (spent.cpu for spent in timing.alternately(*works, rounds=ROUNDS))
    print(f"{len(rules)} rules over {ROWS:,} certificates; by hand {hand:.1f} s")
    print(f"outcomes counted / by hand: {counts / hand:.2f} (at most {COUNTS})")
    print(f"findings with missing fields / by hand: {findings / hand:.2f} (at most {FINDINGS})")


def fails(rules: Sequence[Rule], table: pl.DataFrame) -> list[dict[str, int]]:
    """Count the fails of every policy's rules."""
    keys = {f"public-tls/{rule.id.rpartition('/')[2]}" for rule in rules}
    return [by_hand.fails(table, keys) for _ in range(POLICIES)]


if __name__ == "__main__":
    main()
