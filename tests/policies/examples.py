"""For each shipped rule a certificate or scan for which it passes, and one for which it fails, each judged as a user would.

They stand in examples.yaml; what the corpus lacks is made by made.py and evidence.py. `python -m tests.policies.examples POLICY` looks
for some, with `--write` it writes docs/rules-and-examples.md.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import yaml

from scanner import scope
from scanner.collect import collect
from scanner.facts import certificate
from scanner.inventory import cross
from scanner.inventory.clock import with_time
from scanner.inventory.merge import merge
from scanner.model import RuleReport
from scanner.pipeline import check, derive
from scanner.probes.progress import Silent
from scanner.rules import proof
from scanner.rules.engine.compile import column
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.language.syntax import Row, Rule
from tests.conftest import CORPUS
from tests.policies import evidence, scans, witnesses
from tests.policies.witnesses import TODAY
from tests.requests import asked

FILE = Path(__file__).with_name("examples.yaml")
TOOL = {"name": "certgate", "version": "0"}
ASSUMED: tuple[Mapping[str, str], ...] = ({"trust": "public"}, {"trust": "private"})
"""What is tried in the search."""


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence by name, judged at a date under assumptions."""

    of: str
    as_of: datetime
    assume: tuple[tuple[str, str], ...] = ()

    def files(self) -> dict[str, bytes]:
        """Give the evidence: names of files and what they hold."""
        kind, _, name = self.of.partition(":")
        if kind == "scan":
            return {"scan.json": scans.SCANS[name].read_bytes()}
        if self.of in made_scans():
            return {"scan.json": made_scans()[self.of].text().encode()}
        if name in evidence.EVIDENCE:
            return evidence.EVIDENCE[name]()
        if kind == "made":
            return {"certificate.der": witnesses.certificates()[self.of]}
        return {Path(self.of).name: (CORPUS / "certs" / self.of).read_bytes()}


@cache
def made_scans() -> dict[str, scans.Case]:
    """Take the changed scans that the tests of policies on endpoints make."""
    from tests.policies import test_bsi_tls, test_nist_tls, test_tls_endpoints, test_tls_endpoints_modern

    found: dict[str, scans.Case] = {}
    for module in (test_tls_endpoints, test_tls_endpoints_modern, test_nist_tls, test_bsi_tls):
        for word, cases in (("passes", module.PASSES), ("fails", module.FAILS)):
            found |= {f"made:{module.POLICY}/{rule}/{word}": case for rule, case in cases.items()}
    return found


@cache
def listed() -> dict[str, dict[str, Example]]:
    """Read the examples: rule to outcome to example."""
    given: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        f"{policy}/{rule}": {outcome: _example(one, some.get("assume", {})) for outcome, one in both.items()}
        for policy, some in given.items()
        for rule, both in some["rules"].items()
    }


def _example(given: Mapping[str, Any] | str, assume: Mapping[str, str]) -> Example:
    told: dict[str, Any] = {"of": given} if isinstance(given, str) else dict(given)
    as_of: date = told.get("as_of") or own_date(told["of"])
    whole = as_of if isinstance(as_of, datetime) else datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    return Example(told["of"], whole.astimezone(UTC), tuple({**assume, **told.get("assume", {})}.items()))


def own_date(of: str) -> datetime:
    """Take notBefore of a certificate, the date of a changed scan, else the day these pages were written."""
    if of in made_scans():
        return made_scans()[of].as_of
    known = witnesses.facts().filter(pl.col("witness") == of)["not_before"]
    return known[0] or TODAY if len(known) else TODAY


def outcome(rule: str, example: Example) -> str:
    """Judge an example by one rule, through the importers, with everything else that a run does."""
    policy = rule.partition("/")[0]
    if example.of in evidence.ROWS:
        return _of_row(policy, rule, example.of)
    same = {name for name, both in listed().items() if name.startswith(f"{policy}/") and example in both.values()}
    found = _run(policy, example, tuple(sorted({rule, *same})))[rule]
    if found.failed:
        return "fail"
    return "unknown" if found.unknown else "pass" if found.passed else "skip"


def _of_row(name: str, rule: str, of: str) -> str:
    """Judge facts that no file tells, laid over the healthy row of the policy."""
    policy = witnesses.policies()[name]
    kind, facts = evidence.ROWS[of]
    row = Row(kind, {**policy.healthy[kind].facts, **facts})
    only = tuple(replace(one, tests=()) for one in policy.rules if one.id == rule)
    (result,) = proof.run(replace(policy, rules=only, healthy={kind: row}))
    return str(result.got)


@cache
def _run(policy: str, example: Example, rules: tuple[str, ...]) -> dict[str, RuleReport]:
    with TemporaryDirectory() as folder:
        for name, data in example.files().items():
            (Path(folder) / name).write_bytes(data)
        request = asked(evidence=(folder,), policies=(policy,), as_of=example.as_of, assume=dict(example.assume), only=rules)
        return {rule.id: rule for rule in check(request, TOOL, Silent()).rules}


# --- looking for examples


def candidates(policy: str) -> Iterator[tuple[str, str, Example]]:
    """Find, for each rule, what passes it and what fails it: rule, outcome and example, the corpus first."""
    own = [rule for rule in witnesses.policies()[policy].rules if rule.policy == policy and rule.group is None]
    for assume in ASSUMED:
        certificates = [rule for rule in own if "certificate" in rule.kinds]
        for as_of, some in _tables(assume) if certificates else ():
            yield from _of_certificates(certificates, some, as_of, assume)
    yield from _of_scans([rule for rule in own if "endpoint" in rule.kinds], policy)


def _tables(assume: Mapping[str, str]) -> Iterator[tuple[datetime, pl.DataFrame]]:
    """Take all certificates as a run has them, at the date of these pages and at each one's own."""
    known = scope.assume("certificate", _collected(), assume)
    yield TODAY, with_time(known, "certificate", TODAY)
    for (start,), some in known.group_by(["not_before"], maintain_order=True):
        if isinstance(start, datetime):
            yield start, with_time(some, "certificate", start)


@cache
def _collected() -> pl.DataFrame:
    """Import every certificate, each from its file."""
    names = {sha256(der).hexdigest(): name for name, der in witnesses.certificates().items()}
    with TemporaryDirectory() as folder:
        for digest in names:
            (Path(folder) / f"{digest}.der").write_bytes(witnesses.certificates()[names[digest]])
        merged = merge(collect(asked(evidence=(folder,)), Silent()).intake.frames(), certificate.read)
    table = cross.joined(derive(merged, (), ()))["certificate"]
    return table.with_columns(witness=table["fingerprint_sha256"].replace_strict(names, default=""))


def _of_certificates(
    rules: list[Rule], some: pl.DataFrame, as_of: datetime, assume: Mapping[str, str]
) -> Iterator[tuple[str, str, Example]]:
    evaluation = evaluate(rules, {"certificate": some}, as_of)
    for rule in rules:
        failing = {row: said for row, said, _ in evaluation.findings(rule.id, "certificate").iter_rows()}
        applies = some.select(held=True if rule.when is None else column(rule.when, "certificate", some, as_of))["held"]
        for row, name in enumerate(some["witness"]):
            said = failing.get(row, "pass" if applies[row if len(applies) > 1 else 0] else "skip")
            if said in {"pass", "fail"}:
                yield rule.id, said, Example(name, as_of, tuple(assume.items()))


def _of_scans(rules: list[Rule], policy: str) -> Iterator[tuple[str, str, Example]]:
    cases = {f"scan:{name}": replace(scans.case(), scan=name) for name in scans.SCANS} | made_scans()
    for name, case in cases.items() if rules else ():
        with suppress(ValueError, KeyError, IndexError):  # several servers, or none that answered
            said = scans.outcomes(policy, case)
            for rule in rules:
                yield rule.id, said[rule.id.partition("/")[2]], Example(name, case.as_of)


SOURCES = ("badssl", "swift-certificates", "sigstore-python", "asn1crypto", "go-spiffe")
"""Where certificates look like those that people have, the most telling first."""


def _preference(example: Example) -> tuple[bool, bool, int, bool, str]:
    source = example.of.partition("/")[0]
    order = SOURCES.index(source) if source in SOURCES else len(SOURCES)
    odd = example.of.startswith(("asn1crypto/35392e953f83712a", "go-spiffe/b35bf9ae8257bb65"))
    return odd, example.of.startswith("made:"), order, example.as_of != TODAY, example.of


def main() -> None:
    """Write the page, or print the best example of each outcome of a policy's rules."""
    if "--write" in sys.argv:
        from tests.policies import examples_pages

        examples_pages.write()
        return
    best: dict[str, dict[str, Example]] = {}
    for rule, said, example in candidates(sys.argv[1]):
        held = best.setdefault(rule, {}).get(said)
        if said in {"pass", "fail"} and (held is None or _preference(example) < _preference(held)):
            best[rule][said] = example
    for rule, both in best.items():
        print(f"    {rule.partition('/')[2]}:")
        for said, example in sorted(both.items(), reverse=True):
            print(f"      {said}: {json.dumps([example.of, str(example.as_of), dict(example.assume)])}")


if __name__ == "__main__":
    main()
