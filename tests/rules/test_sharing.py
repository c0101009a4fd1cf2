"""Questions to lists that several rules ask are answered once, and each rule says what it would have said by itself."""

from random import Random

import pytest

from scanner import tables
from scanner.rules.engine import sharing, whens
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.engine.lower import lower
from scanner.rules.engine.scope import Row
from scanner.rules.engine.survey import Survey
from scanner.rules.language.syntax import AllOf, AnyOf, Elements, Not, Predicate
from tests.rules import worlds
from tests.rules.reference import Asset, outcome
from tests.rules.rules import AS_OF, compared, rule

ROWS, RULES = 25, 12
SERVER = Elements("usage", "any", compared("", "is", "tls-server"))
CLIENT = Elements("usage", "any", compared("", "is", "tls-client"))


def asked(*predicates: Predicate) -> list[str]:
    """Name the columns that are made of what predicates on certificates ask more than once."""
    table = tables.frame("certificate", [{"_decoded": True, "usage": ["tls-server"]}])
    row = Row("certificate", Survey(table))
    _, parts = sharing.shared([lower(one, "certificate", AS_OF) for one in predicates], row)
    return [part.meta.output_name() for part in parts]


def test_a_question_that_two_ask_is_answered_once() -> None:
    """However it stands in them; `none` is the same question with the other answer."""
    public = compared("trust", "is", "public")
    nobody = Elements("usage", "none", compared("", "is", "tls-server"))
    assert asked(AllOf((public, SERVER)), AnyOf((CLIENT, Not(SERVER))), nobody) == ["_part0"]


def test_what_only_one_asks_gets_no_column() -> None:
    """It would have to be copied for nothing; nor does what is asked of no list."""
    assert asked(SERVER, CLIENT, compared("version", "is", 3), compared("version", "is", 3)) == []


@pytest.mark.parametrize("seed", range(60))
def test_rules_of_common_parts_agree_with_the_reference(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether few rows or all are asked."""
    random = Random(f"shared {seed}")
    monkeypatch.setattr(whens, "FEW", (0, whens.FEW, 1)[seed % 3])
    with worlds.made_up():
        table = worlds.table(random, ROWS)
        pool = [worlds.predicate(random, 1) for _ in range(5)]

        def composed() -> Predicate:
            one, other = random.sample(pool, 2)
            return random.choice((AllOf((one, other)), AnyOf((one, other)), AllOf((Not(one), other)), one))

        rules = [rule(composed(), composed(), worlds.KIND, id_=str(number)) for number in range(RULES)]
        evaluation = evaluate(rules, {worlds.KIND: table}, worlds.AS_OF)
        assets = [Asset(worlds.KIND, row, worlds.AS_OF) for row in table.iter_rows(named=True)]
        for one in rules:
            said = dict(evaluation.findings(one.id, worlds.KIND).select("row", "outcome").iter_rows())
            expected = {number: outcome(one.when, one.require, asset) for number, asset in enumerate(assets)}
            assert said == {number: how for number, how in expected.items() if how in {"fail", "unknown"}}, one
