"""Findings about the run itself, `certgate/…`: when each is said, how bad it is, and what it does to the exit code."""

from collections.abc import Iterator

from scanner.model import Mode, Problem, Severity, Spot
from scanner.record import record

PREFIX = "certgate/"
"""Reserved: no policy is called like this."""


@record
class RunFinding:
    """A finding of certgate itself."""

    name: str
    """Its id without the prefix."""
    when: str
    title: str
    because: str
    fix: str
    severity: Severity
    mode: Mode = Mode.WARN
    incomplete: bool = False
    """The run is incomplete because of it (exit 3)."""
    asks: str = ""
    """The limit, in words, where it is a row of findings."""
    effect: str = ""
    """On the exit code, where mode and `incomplete` do not say it all."""
    graded: str = ""
    """How bad it is, where that depends on others."""

    @property
    def id(self) -> str:
        """Its id in every report."""
        return PREFIX + self.name

    def problem(self, message: str, spot: Spot) -> Problem:
        """Say it of an input, a host or a policy."""
        return Problem(self.severity, self.id, message, spot, self.incomplete)

    def effects(self) -> str:
        """Say what it does to the exit code."""
        if self.effect:
            return self.effect
        if self.incomplete:
            return "exit 3"
        return f"counts as a fail of {self.severity} severity: exit 1" if self.mode is Mode.BLOCK else "none, it is shown"


EVIDENCE_GAP = RunFinding(
    "evidence-gap",
    "An asset has rules that could not be decided. Said once per asset, not once per rule.",
    "Evidence is missing",
    "Missing evidence is never taken for a pass: what could not be judged may hold a failure.",
    "Give a source that shows the missing facts; the finding names those that would.",
    Severity.HIGH,
    graded="the highest of the undecided rules",
    effect="exit 3 where one of the rules would count if it failed, unless `if_unknown` or `--on-unknown` says otherwise",
)
UNREADABLE_INPUT = RunFinding(
    "unreadable-input",
    "A file that was named, or that was recognised by its content, cannot be read or is broken. Files of a folder that nothing "
    "recognises are counted only.",
    "Every input can be read",
    "What could not be read was not judged.",
    "Repair or export the file again, or leave it out of the evidence.",
    Severity.HIGH,
    incomplete=True,
)
UNREACHABLE = RunFinding(
    "unreachable",
    "A host gave no answer, in this run or in the scan that was given.",
    "Every host answers",
    "A host that does not answer was not judged.",
    "Scan from a network that reaches it, raise --timeout, or take it off the list of hosts.",
    Severity.HIGH,
    incomplete=True,
)
NO_TLS = RunFinding(
    "no-tls",
    "A host answers, but with no TLS that the scanner speaks, in this run or in the scan that was given.",
    "Every host that is scanned speaks TLS",
    "Nothing of its TLS was judged; it may be the wrong port, a protocol that begins in the clear, or TLS that is not known.",
    "Correct the port, write the protocol before the host (`smtp://mail.example.com`), or take it off the list of hosts.",
    Severity.HIGH,
    incomplete=True,
)
NOTHING_MATCHED = RunFinding(
    "nothing-matched",
    "There are no assets, no rule of any policy applied, or a policy named with --policy applied to none.",
    "The policies apply to something",
    "A run that judged nothing proves nothing.",
    "Check evidence, --only, --skip, --where and the `when` of the rules; --allow-empty says that nothing was expected.",
    Severity.HIGH,
    incomplete=True,
    effect="exit 3, unless `--allow-empty`",
)
NOTHING_JUDGED = RunFinding(
    "nothing-judged",
    "Rules applied, and none of their checks passed or failed: all are undecided.",
    "Something could be judged",
    "A run that decided no check proves nothing, whatever undecided checks count for.",
    "Give evidence that shows the missing facts; each evidence gap names what would tell them.",
    Severity.HIGH,
    incomplete=True,
)
SOURCE_MISSING = RunFinding(
    "source-missing",
    "A folder of the evidence holds no file.",
    "Every source holds something",
    "Evidence that has gone looks like evidence without fault.",
    "Check the path, and the job that fills the folder.",
    Severity.HIGH,
    incomplete=True,
    effect="exit 3, also with `--allow-empty`",
)
CONFLICTING_FACTS = RunFinding(
    "conflicting-facts",
    "Sources disagree about a fact of one object; the first source is used.",
    "Sources agree",
    "One of the sources is wrong, and it may be the one that was used.",
    "Correct the source that is wrong.",
    Severity.LOW,
)
EVIDENCE_AFTER_AS_OF = RunFinding(
    "evidence-after-as-of",
    "Evidence was seen after the date of evaluation; a file that is read in this run counts as seen on that date.",
    "Evidence is no younger than the date of evaluation",
    "The result mixes a date with facts that were not known on it.",
    "Give evidence of that date, or another --as-of.",
    Severity.LOW,
)
POLICY_STALE = RunFinding(
    "policy-stale",
    "A source of a policy was checked more than a year before the date of evaluation.",
    "Policies are held against their sources every year",
    "The standard may have changed since.",
    "Compare the policy with the current edition, and note the day as `checked`.",
    Severity.LOW,
)
EXCEPTION_LAPSED = RunFinding(
    "exception-lapsed",
    "The last day of an exception is over.",
    "No exception has lapsed",
    "An exception that has lapsed waives nothing any more: what it covered is open again, and nobody has accepted that.",
    "Repair what it covered and remove it with `certgate exceptions prune`, or have a new exception approved.",
    Severity.HIGH,
    Mode.BLOCK,
    asks="in force to the end of its last day, UTC",
)
EXCEPTION_UNUSED = RunFinding(
    "exception-unused",
    "An exception in force covers no open finding, or names no rule of the policies.",
    "Every exception covers an open finding",
    "An exception that covers nothing waits for a finding that nobody has looked at.",
    "Remove it with `certgate exceptions prune`, or correct its rule and assets.",
    Severity.LOW,
    asks="at least one open finding that it covers",
)
EXCEPTION_REFUSED = RunFinding(
    "exception-refused",
    "A rule forbids the exception (`waivable: false`), or its term is longer than the policy allows; it is not applied.",
    "Every exception is one that its rules allow",
    "An exception that a rule forbids is not applied; whoever relies on it is mistaken.",
    "Repair what it covers and remove it, or make it one that the policy allows.",
    Severity.HIGH,
    Mode.BLOCK,
    asks="waivable rules, for no longer than the policy allows",
)
LEFT_OUT = RunFinding(
    "left-out",
    "SARIF only: there are more results than code scanning takes.",
    "Results are left out",
    "Code scanning takes a bounded number of results; the rest is in the other reports.",
    "Open the HTML or JSON report for all findings.",
    Severity.INFO,
    graded="that of the worst result left out",
)
ALL = {one.id: one for one in list(globals().values()) if isinstance(one, RunFinding)}
"""By id, in the order in which the page lists them."""
INCOMPLETE = frozenset({Severity.CRITICAL, Severity.HIGH})
"""Problems as severe as these make a run incomplete, and no others do."""
COUNTED = {
    UNREACHABLE.id: ("host gave no answer", "hosts gave no answer"),
    UNREADABLE_INPUT.id: ("input could not be read", "inputs could not be read"),
    NO_TLS.id: ("host showed no TLS that could be judged", "hosts showed no TLS that could be judged"),
}
"""Codes of problems that are counted where it is said why a run is incomplete, in the singular and plural."""


def page() -> str:
    """Write the page that lists them."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    yield "# Findings about the run itself"
    yield ""
    yield "Generated; `certgate explain certgate/unreachable` says the same. The prefix `certgate/` is reserved; none can be"
    yield "waived. How they and the findings of rules make the exit code: [How certgate decides](how-certgate-decides.md)."
    yield "In SARIF each is a result, one per input or host: a run that is incomplete never looks clean there."
    yield ""
    yield "| id | when | severity | effect on the exit code |"
    yield "|---|---|---|---|"
    for one in ALL.values():
        yield f"| [`{one.id}`](#{one.id.replace('/', '')}) | {one.when} | {one.graded or one.severity} | {one.effects()} |"
    for one in ALL.values():
        yield from ("", f"## `{one.id}`", "", f"**{one.title}.** {one.because}", "", f"- When: {one.when}")
        yield from (f"- What to do: {one.fix}", f"- Severity: {one.graded or one.severity}", f"- Exit code: {one.effects()}")
