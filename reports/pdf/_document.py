"""The audit report as an HTML document for the PDF engine: parts, their numbers, and what is printed of long lists."""

from collections.abc import Mapping, Sequence

from reports import Carried, _charts, _words
from reports._look import environment
from reports._parts import controls
from reports.pdf import OPTIONS, RESULT
from reports.view import View
from scanner.model import Exit
from scanner.record import record
from scanner.when import instant

MOST_ROWS = 1000
"""Findings that are printed; the engine is linear and slow, and nobody reads more on paper."""
MOST_GAPS = 200
MOST_APART = 200
MOST_EXCEPTIONS = 100
MOST_CONTRADICTIONS = 20
MOST_CARDS = 40
MOST_FILES = 60
_CLASSES = {Exit.OK: "met", Exit.VIOLATIONS: "not-met"}
_PARTS = {
    "summary": "Executive summary",
    "scope": "Scope, method and completeness",
    "controls": "Controls",
    "findings": "Findings",
    "contradictions": "Contradictions",
    "exceptions": "Exceptions",
    "gaps": "Evidence gaps",
    "owners": "Owners",
    "integrity": "Integrity",
}
_SCOPE = {
    "examined": "What was examined",
    "completeness": "Statement on completeness",
    "reached": "How a result was reached",
    "policies": "Policies",
}
_APPENDICES = {
    "appendix-a": "Appendix A Open findings",
    "appendix-b": "Appendix B Identities that could not be fully judged",
    "appendix-c": "Appendix C Findings that stand apart",
}


@record
class Part:
    """One line of the contents."""

    id: str
    title: str
    level: str = "part"


def document(view: View, options: Mapping[str, str], attachments: Mapping[str, Carried]) -> str:
    """Fill the template."""
    attached = {name: one for name, one in attachments.items() if one.data is not None}
    the_result = "the attached result" if RESULT in attached else "the JSON output of the same run"
    rows = view.worst(MOST_ROWS)
    gaps = view.undecided(MOST_GAPS)
    apart = view.apart(MOST_APART)
    frameworks = controls.chosen(view.frameworks, options.get(controls.OPTION, ""), "pdf")
    numbers = _numbers(view, controlled=bool(frameworks))
    titles = {id_: f"{number} {_PARTS[id_]}" for id_, number in numbers.items()} | _APPENDICES
    return (
        environment()
        .get_template("pdf/document.html")
        .render(
            view=view,
            report=view.report,
            words=_words,
            charts=_charts,
            options=dict.fromkeys(OPTIONS, "") | dict(options),
            verdict_class=_CLASSES.get(view.report.exit.code, "unjudged"),
            as_of=instant(view.report.as_of),
            frameworks=frameworks,
            brief=not options.get(controls.OPTION),
            controls_note=controls.NOT_MET,
            controls_brief=controls.brief(frameworks),
            numbers=numbers,
            titles=titles,
            contents=_contents(view, numbers, titles, frameworks, {"appendix-b": bool(gaps), "appendix-c": bool(apart)}),
            anchors={card.rule.id: f"rule-{index}" for index, card in enumerate(view.cards, 1)},
            rule_titles={rule.id: rule.title for rule in view.rules},
            most_cards=MOST_CARDS,
            most_files=MOST_FILES,
            most_exceptions=MOST_EXCEPTIONS,
            most_contradictions=MOST_CONTRADICTIONS,
            rows=rows,
            seen=view.seen_of(card.worst for card in view.cards),
            printed={row.label for row in rows},
            left_out=view.open_count - len(rows),
            appendix_words=_printed(len(rows), view.open_count, "open finding", the_result),
            undecided=gaps,
            undecided_words=_printed(len(gaps), view.report.gaps.height, "identity", the_result),
            apart=apart,
            exception_anchors={row.id: f"exception-{index}" for index, row in enumerate(view.exceptions[:MOST_EXCEPTIONS], 1)},
            apart_words=_printed(len(apart), view.waived + view.known, "finding", the_result),
            attached=attached,
            attached_words=f"{_words.listed(attached)} {_words.verb(len(attached))}",
            beside={name: one for name, one in attachments.items() if one.data is None},
            read_files=[(one.name, one) for one in view.hashed[:MOST_FILES]],
            the_result=the_result,
        )
    )


def _numbers(view: View, *, controlled: bool) -> dict[str, int]:
    """Number the parts that this run has."""
    there = {"owners": view.owners, "exceptions": view.excepting, "contradictions": view.contradictions, "controls": controlled}
    wanted = [id_ for id_ in _PARTS if there.get(id_, True)]
    return {id_: number for number, id_ in enumerate(wanted, 1)}


def _contents(
    view: View,
    numbers: Mapping[str, int],
    titles: Mapping[str, str],
    frameworks: Sequence[controls.Framework],
    others: Mapping[str, bool],
) -> list[Part]:
    lines = []
    below = {"scope": _SCOPE, "controls": {f"controls-{index}": one.title for index, one in enumerate(frameworks, 1)}}
    for id_, number in numbers.items():
        lines.append(Part(id_, titles[id_]))
        parts = enumerate(below.get(id_, {}).items(), 1)
        lines += [Part(sub, f"{number}.{index} {title}", "sub") for index, (sub, title) in parts]
    appendices = {"appendix-a": bool(view.open_count), **others}
    return lines + [Part(id_, titles[id_]) for id_, there in appendices.items() if there]


def _printed(shown: int, total: int, noun: str, elsewhere: str) -> str:
    """Say which rows are printed and where the rest stands."""
    if shown == total:
        return f"All {_words.many(total, noun)}, worst first." if total > 1 else f"{_words.many(total, noun)}."
    rest = total - shown
    return (
        f"The {_words.number(shown)} worst of {_words.many(total, noun)} are printed; "
        f"{_words.number(rest)} more {_words.verb(rest)} left to {elsewhere}."
    )
