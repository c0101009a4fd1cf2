"""The compiler against the reference evaluator, on random policies over random tables.

CERTGATE_AGREEMENT=20 in the environment makes the run twenty times as long.
"""

import os
from collections.abc import Iterator
from random import Random

import pytest

from scanner.rules.compile import column
from tests.rules import worlds
from tests.rules.reference import Asset, truth
from tests.rules.worlds import AS_OF, KIND

TIMES = int(os.environ.get("CERTGATE_AGREEMENT", "1"))
ROWS, PREDICATES = 25, 40


@pytest.fixture(autouse=True)
def made_up() -> Iterator[None]:
    """Add the made-up kind to the registry."""
    with worlds.made_up():
        yield


@pytest.mark.parametrize("seed", range(100 * TIMES))
def test_the_compiler_agrees_with_the_reference(seed: int) -> None:
    """Every predicate means in columns what the language page says it means row by row."""
    random = Random(seed)
    table = worlds.table(random, ROWS)
    predicates = [worlds.predicate(random) for _ in range(PREDICATES)]
    found = table.select(column(one, KIND, table, AS_OF).alias(str(number)) for number, one in enumerate(predicates))
    assets = [Asset(KIND, row, AS_OF) for row in table.iter_rows(named=True)]
    for number, predicate in enumerate(predicates):
        expected = [truth(predicate, asset) for asset in assets]
        assert found[str(number)].to_list() == expected, predicate
