"""Maps of frameworks as a page of documentation: per framework a table of its controls, with what gives evidence for each."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from scanner.model import Coverage
from scanner.rules.controls.frameworks import Control, Framework
from scanner.rules.language.values import instant

_HEAD = """\
# Frameworks

Generated from `policies/frameworks/*.yaml`; `certgate policy frameworks` prints the same in a terminal.

A rule gives evidence for a control. It never shows that a control is met: which systems a control binds, whether the evidence
covers all of them, and what is decided about a finding is for people to say. So nothing here is added up to a percentage.

- **automated**: the rules answer wholly what can be tested of the control, for the assets in the evidence.
- **partial**: the rules answer some of it; the note says what remains for people.
- **manual**: no rule answers it; the note says what evidence a person brings.

HTML and PDF show the same with what a run found, for all frameworks or for those of a choice:
`certgate check … -o pdf=audit.pdf,frameworks=dora+soc2`, or `report: { frameworks: dora soc2 }` in `certgate.yaml`.

Titles are in our own words. Rules name controls themselves, too; a test holds that the map agrees with every shipped rule.
A map of your own is a file of the same form: `certgate policy frameworks our-controls.yaml` checks and prints it,
and `certgate policy frameworks --schema` gives editors completion."""


def render(frameworks: Sequence[Framework], rules: Iterable[str]) -> str:
    """Write the page in Markdown; `rules` are the ids of those that are shipped."""
    known = sorted(rules)
    return "\n\n".join([_HEAD, _overview(frameworks), *(_framework(one, known) for one in frameworks)]) + "\n"


def _overview(frameworks: Sequence[Framework]) -> str:
    rows = [
        f"| [{one.id}](#{one.id.replace('.', '')}) | {one.title} | {len(one.controls)} | "
        f"{' | '.join(str(one.count(status)) for status in Coverage)} |"
        for one in frameworks
    ]
    return "\n".join([f"| map | framework | controls | {' | '.join(Coverage)} |", "|---|---|---|---|---|---|", *rows])


def _framework(framework: Framework, rules: Sequence[str]) -> str:
    checked = f", checked {instant(framework.checked)}" if framework.checked else ""
    head = f"## {framework.id}\n\n[{framework.title}]({framework.url}), {framework.edition}{checked}. {framework.scope}"
    rows = [_row(control, rules) for control in framework.controls]
    return "\n".join([head, "", "| control | title | status | rules | note |", "|---|---|---|---|---|", *rows])


def _row(control: Control, rules: Sequence[str]) -> str:
    links = "<br>".join(_link(glob, [rule for rule in rules if fnmatchcase(rule, glob)]) for glob in control.rules)
    return f"| {control.id} | {_cell(control.title)} | {control.status} | {links} | {_cell(control.note)} |"


def _link(glob: str, matched: Sequence[str]) -> str:
    """Lead from a rule to its section, and from a glob to the page of its policy."""
    policy, _, key = glob.partition("/")
    page = f"policies/{policy}.md"
    if matched == [glob]:
        return f"[{glob}]({page}#{key.replace('.', '')})"
    return f"[{_cell(glob)}]({page}) ({len(matched)})"


def _cell(text: str) -> str:
    """Escape what would end a cell or begin markup."""
    return "".join(f"\\{char}" if char in "\\*_`[]<>|" else char for char in " ".join(text.split()))
