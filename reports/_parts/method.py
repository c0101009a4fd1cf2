"""Method: what outcomes mean, which date and gate decide, what was assumed, which policies were evaluated and with what."""

from collections.abc import Mapping, Sequence

from reports import _words
from scanner.model import PolicyReport, Report
from scanner.record import record

MEANINGS = {
    "pass": "The identity meets the rule.",
    "fail": "The identity breaks the rule. Listed as an open finding.",
    "unknown": "A fact that would decide is missing. Listed as an evidence gap, once per identity.",
    "skip": "The rule is not about this identity. Counted, not listed.",
    "waived": "A failure under an approved exception. Listed apart.",
}
_OUTCOMES = (
    "Each rule gives pass, fail, could not be judged or not applicable for each identity of its kind. "
    "Missing evidence gives could not be judged, never pass."
)
_NAMES = {"python": "Python", "polars": "Polars", "openssl": "OpenSSL", "weasyprint": "WeasyPrint"}


@record
class Policy:
    """One policy as the table of policies shows it."""

    id: str
    version: str
    title: str
    owner: str
    sha256: str
    path: str
    advisory: str
    rules: int


@record
class Document:
    """A document that policies were written against."""

    doc: str
    edition: str
    checked: str
    """The day, or nothing where no policy says it."""
    secondary: bool
    """Known from what others say of it."""
    policies: tuple[str, ...]


@record
class Change:
    """A rule that a policy made less strict or took out."""

    policy: str
    rule: str
    what: str
    reason: str


def changes(report: Report) -> list[Change]:
    """List every rule that a policy loosened or took out, with its reason."""
    return [change for policy in report.policies for change in (*_loosened(policy), *_disabled(policy))]


def _loosened(policy: PolicyReport) -> list[Change]:
    return [Change(policy.id, one["rule"], f"loosened: {one.get('what', '')}", one.get("reason", "")) for one in policy.loosened]


def _disabled(policy: PolicyReport) -> list[Change]:
    return [
        Change(
            policy.id, one["rule"], f"taken out until {one['until']}" if one.get("until") else "taken out", one.get("reason", "")
        )
        for one in policy.disabled
    ]


def lines(report: Report) -> list[str]:
    """Say how results were reached."""
    given = "" if report.as_of_given else ", the time of the run"
    said = [
        _OUTCOMES,
        f"The evaluation date, {_words.moment(report.as_of)}{given}, decides which limits apply; the day of printing does not.",
        _gate(report),
    ]
    if report.assumed:
        assumed = _words.listed(f"{name} is {value}" for name, value in report.assumed.items())
        said.append(f"Assumed where nothing told otherwise: {assumed}.")
    if report.where:
        said.append(f"Only identities that match {report.where} were judged, and those for which that could not be decided.")
    return said


def _gate(report: Report) -> str:
    if report.fail_on == "never":
        return "No finding counts against the gate in this run (fail on: never)."
    unknown = {
        None: "What could not be judged counts as each rule says.",
        "fail": "What could not be judged counts like a failure.",
        "warn": "What could not be judged does not count.",
        "ignore": "What could not be judged does not count.",
    }[report.on_unknown]
    return f"Findings of severity {report.fail_on} and above count against the gate, where their rule blocks. {unknown}"


def policies(report: Report) -> list[Policy]:
    """List the policies with the number of rules each brought in, then those that only wrote some of these rules."""
    given = {one.id for one in report.policies}
    written = dict.fromkeys((rule.policy, rule.policy_version) for rule in report.rules if rule.policy not in given)
    return [*_given(report), *(_written(report, name, version) for name, version in written)]


def _written(report: Report, name: str, version: str) -> Policy:
    rules = [rule for rule in report.rules if rule.policy == name]
    return Policy(name, version, "", "", "", rules[0].path, "", len(rules))


def _given(report: Report) -> list[Policy]:
    return [
        Policy(
            one.id, one.version, one.title, one.owner, one.sha256, one.path, one.advisory or "",
            sum(one.id in (rule.policy, *rule.policies) for rule in report.rules),
        )
        for one in report.policies
    ]  # fmt: skip


def documents(report: Report) -> list[Document]:
    """List each document once, with the policies that were written against it, in their order."""
    given = {one.id for one in report.policies}
    cited = [(one.id, source) for one in report.policies for source in one.sources]
    cited += [(rule.policy, rule.source) for rule in report.rules if rule.policy not in given]
    found: dict[tuple[str, str], list[tuple[str, Mapping[str, str]]]] = {}
    for policy, source in cited:
        if source.get("doc"):
            found.setdefault((source["doc"], source.get("edition", "")), []).append((policy, source))
    return [_document(doc, edition, by) for (doc, edition), by in found.items()]


def _document(doc: str, edition: str, by: Sequence[tuple[str, Mapping[str, str]]]) -> Document:
    checked = max(source.get("checked", "") for _, source in by)
    secondary = any(source.get("confidence") == "secondary" for _, source in by)
    return Document(doc, edition, checked, secondary, tuple(dict.fromkeys(policy for policy, _ in by)))


def made_with(report: Report) -> str:
    """Name the tool and what it stands on."""
    tool = dict(report.tool)
    first = f"{tool.pop('name', 'certgate')} {tool.pop('version', '')}".strip()
    return ", ".join([first, *(f"{_NAMES.get(name, name)} {version}" for name, version in tool.items())])
