"""Rules of which only the judgement matters, and what a predicate says of one row."""

from datetime import UTC, datetime
from typing import Any

from scanner import tables
from scanner.inventory.clock import with_time
from scanner.model import Mode, OnUnknown, Severity
from scanner.rules.engine.compile import column
from scanner.rules.language.syntax import FieldOperand, Literal, Mark, Operand, Predicate, Rule, Scalar, Steps, Test

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


def rule(when: Predicate | None, require: Predicate, *kinds: str, id_: str = "made/up") -> Rule:
    """Make a rule of a condition and a demand."""
    return Rule(
        id=id_,
        policy="made",
        policy_version="1.0.0",
        title="Made up",
        kinds=kinds or ("certificate",),
        severity=Severity.HIGH,
        enforce=((None, Mode.BLOCK),),
        if_unknown=OnUnknown.FAIL,
        waivable=True,
        when=when,
        require=require,
        because="It is a test.",
        fix="Nothing.",
        source=None,
        controls=(),
        tests=(),
        mark=Mark("made.yaml", 1, 1),
    )


def compared(subject: str, op: str, *operands: Scalar | Operand) -> Test:
    """Compare a field with constants, other fields or steps."""
    return Test(subject, op, tuple(one if isinstance(one, Literal | FieldOperand | Steps) else Literal(one) for one in operands))


def judged(predicate: Predicate, as_of: datetime = AS_OF, *, kind: str = "certificate", **facts: Any) -> bool | None:
    """Say what a predicate says of one row, which came from bytes unless it says otherwise."""
    row = {"_decoded": True} | {name if name[0] == "_" else name.replace("__", "."): value for name, value in facts.items()}
    table = with_time(tables.frame(kind, [row]), kind, as_of)
    outcome: bool | None = table.select(column(predicate, kind, table, as_of)).item()
    return outcome
