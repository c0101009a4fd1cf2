"""Twenty policies of thirty rules: parsed with places, checked and compiled, against a bare parse and hand-built expressions.

The texts are shipped certificate rules under other names. By hand means: PyYAML's C loader over the same texts, and the same
rules as `by_hand` writes them: each distinct condition once, each demand anew for every policy.
"""

import importlib
import re
from collections.abc import Sequence

import polars as pl
import yaml

from benchmarks import estate, timing
from benchmarks.by_hand import public_tls
from scanner.rules.engine.compile import truth
from scanner.rules.engine.lower import lower
from scanner.rules.engine.scope import Row
from scanner.rules.engine.survey import Survey
from scanner.rules.language.operators import pattern_fault
from scanner.rules.language.syntax import Policy
from scanner.rules.reader import find, load
from scanner.rules.reader.find import PolicyFile

POLICIES, RULES, ROUNDS = 20, 30, 5
LIMIT = 1.5


def main() -> None:
    """Print the ratio with its limit."""
    files = texts()
    rules = len(load.load(files)[0].rules)
    works = (lambda: by_hand_too(files), lambda: from_the_start(files))
    hand, ours = (spent.cpu for spent in timing.alternately(*works, rounds=ROUNDS))
    print(f"{POLICIES} policies of {rules} rules; a bare parse and the same expressions by hand {hand:.2f} s")
    print(f"parsed with places, checked and compiled / by hand: {ours / hand:.2f} (at most {LIMIT})")


def texts() -> list[PolicyFile]:
    """Write the policies: the first thirty rules of public-tls, each time under another name."""
    (shipped,) = find.find("public-tls")
    head, *rules = re.split(r"(?m)^(?=  [a-z][a-z0-9-]*:$)", shipped.data.decode().partition("\nrules:\n")[2])
    start = shipped.data.decode().partition("\nrules:\n")[0]
    kept = [rule for rule in rules if f"public-tls/{rule.strip().partition(':')[0]}" in public_tls.RULES][:RULES]
    body = f"{start}\nrules:\n{head}{''.join(kept)}"
    return [
        PolicyFile(f"p{number}.yaml", body.replace("policy: public-tls", f"policy: p{number}", 1).encode())
        for number in range(POLICIES)
    ]


def by_hand_too(files: Sequence[PolicyFile]) -> list[pl.Expr]:
    """Parse the texts without places or checks, and build the expressions of the rules they name."""
    importlib.reload(public_tls)
    built = [when for when, _ in public_tls.RULES.values()]
    for file in files:
        document = yaml.load(file.data, Loader=yaml.CSafeLoader)
        built += [public_tls.RULES[f"public-tls/{key}"][1]() for key in document["rules"]]
    return built


def from_the_start(files: Sequence[PolicyFile]) -> list[pl.Expr]:
    """Load and compile, trying every pattern anew."""
    pattern_fault.cache_clear()
    return compiled(load.load(files))


def compiled(policies: Sequence[Policy]) -> list[pl.Expr]:
    """Compile every rule, and each distinct `when` once, as `evaluate` does; the table is one in which nothing is unknown."""
    row = Row(estate.KIND, Survey(TABLE))
    rules = [rule for policy in policies for rule in policy.rules]
    conditions = [
        (
            None if rule.when is None else lower(rule.when, estate.KIND, estate.AS_OF),
            lower(rule.require, estate.KIND, estate.AS_OF),
        )
        for rule in rules
    ]
    whens = {when: truth(when, row) for when in dict.fromkeys(when for when, _ in conditions if when is not None)}
    return [*whens.values(), *(truth(require, row) for _, require in conditions)]


TABLE = estate.make(200).filter("_decoded", pl.col("root.fingerprint_sha256").is_not_null(), pl.col("trust").is_not_null())


if __name__ == "__main__":
    main()
