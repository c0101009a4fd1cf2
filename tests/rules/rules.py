"""Rules of which only the judgement matters."""

from scanner.model import Mode, OnUnknown, Severity
from scanner.rules.syntax import Mark, Predicate, Rule


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
