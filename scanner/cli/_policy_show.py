"""`certgate policy list` and `show`: policies for people in a terminal, as YAML that loads, and as JSON for machines."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from scanner.cli import _terminal
from scanner.model import Exit, Severity
from scanner.rules.language.syntax import Policy, Rule, Source

SHOW_EPILOG = """\
On a terminal it is printed for people; redirected to a file or a pipe as YAML, merged and with the origin of every value, which
`certgate policy lint` takes. --text, --yaml and --json choose.

examples:
  certgate policy show public-tls
  certgate policy show public-tls --text | less
  certgate policy show approved-cas > our-cas.yaml
  certgate policy show our-policy.yaml --json
"""
SCHEMA_VERSION = 1
DEFAULT = "default"
COLOURS = {"critical": "35", "high": "31", "medium": "33", "low": "34", "info": "90"}
MARKS = {"critical": "■", "high": "▲", "medium": "◆", "low": "●", "info": "○"}


def add(verbs: Any) -> None:
    """Add both commands."""
    listing_: argparse.ArgumentParser = verbs.add_parser(
        "list", help="list the shipped policies", description="List the shipped policies."
    )
    listing_.add_argument("--json", action="store_true", help="for machines")
    listing_.set_defaults(run=listing)
    show_: argparse.ArgumentParser = verbs.add_parser(
        "show",
        help="print a policy as it is evaluated",
        description="Print a policy as it is evaluated, extended rules included.",
        epilog=SHOW_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    show_.add_argument("policy", metavar="POLICY", help="shipped name, file or folder")
    form = show_.add_mutually_exclusive_group()
    for name, text in (("text", "for people"), ("yaml", "the merged policy, as a file that loads"), ("json", "for machines")):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=text)
    show_.set_defaults(run=show)


def _loaded(name: str) -> tuple[Policy, ...]:
    from scanner.rules.reader import find, load

    return tuple(policy for policy in load.load(find.find(name)) if policy.named)


def listing(options: argparse.Namespace) -> Exit:
    """Say name, version, count of rules and title of every shipped policy, and how they hang together."""
    from scanner.rules.reader import find

    # NOTE: one by one, since a policy and its child say one rule differently, which one run refuses.
    policies = [policy for name in find.shipped() for policy in _loaded(name)]
    inside = {one.id for policy in policies if policy.id == DEFAULT for one in policy.all()} - {DEFAULT}
    if options.json:
        rows = [_head(policy) | {"rules": len(policy.rules), "in_default": policy.id in inside} for policy in policies]
        _dump(rows)
    else:
        print("\n".join(_Page().listed(policies, inside)))
    return Exit.OK


def show(options: argparse.Namespace) -> Exit:
    """Print a policy in the form that was asked for, or that fits where it goes."""
    from scanner.rules.reader import merged

    form = options.form or ("text" if sys.stdout.isatty() else "yaml")
    policies = _loaded(options.policy)
    if form == "json":
        _dump([_whole(policy) for policy in policies])
        return Exit.OK
    for policy in policies:
        print(merged.text(policy) if form == "yaml" else "\n".join(_Page().whole(policy)) + "\n", end="")
    return Exit.OK


def _dump(policies: Sequence[dict[str, Any]]) -> None:
    print(json.dumps({"schema_version": SCHEMA_VERSION, "policies": policies}, indent=2, ensure_ascii=False))


class _Page(_terminal.Page):
    """Policies as lines."""

    def listed(self, policies: Sequence[Policy], inside: set[str]) -> Iterator[str]:
        """Write a row for each policy: name, version, rules, title, and below it what it is part of."""
        name = max(len(policy.id) for policy in policies)
        version = max(len("version"), *(len(policy.version) for policy in policies))
        margin = name + version + 11
        yield self.paint(f"{'policy':<{name}}  {'version':<{version}}  {'rules':>5}  what it asks", "1")
        for policy in policies:
            first, *rest = self.wrapped(policy.title, margin)
            yield f"{self.paint(f'{policy.id:<{name}}', '1')}  {policy.version:<{version}}  {len(policy.rules):>5}  {first}"
            yield from (f"{'':{margin}}{line}" for line in rest)
            if notes := "; ".join(_notes(policy, inside)):
                yield from (f"{'':{margin}}{self.paint(line, '2')}" for line in self.wrapped(notes, margin))
        yield ""
        yield from self.wrapped(f"{DEFAULT} runs where no policy is named; certgate policy show NAME prints one.", 0)

    def whole(self, policy: Policy) -> Iterator[str]:
        """Write head, documents, parameters, and the rules by severity."""
        from scanner.rules.said import page_adapting, page_rules

        yield from (self.paint(line, "1") for line in self.wrapped(f"{policy.id} {policy.version} — {policy.title}", 0))
        yield from self.pair("owner", policy.owner)
        yield from self.pair("extends", ", ".join(policy.extends))
        yield from self.pair("advisory", policy.advisory or "")
        yield from self.pair("file", policy.path)
        for number, source in enumerate(policy.sources):
            yield from self.pair("" if number else "sources", f"{source.id}: {_cited(source)}")
        for number, (name, value, bounds, doc) in enumerate(page_adapting.settable(policy)):
            yield from self.pair("" if number else "params", f"{name} = {value} ({bounds}): {doc}")
        yield from self.pair("rules", _counted(policy.rules))
        for severity in Severity:
            rules = [rule for rule in policy.rules if rule.severity is severity]
            if rules:
                yield ""
                yield self.paint(f"{str(severity).capitalize()} ({len(rules)})", "1")
            for rule in rules:
                yield f"  {self.paint(MARKS[severity], COLOURS[severity])} {self.paint(self.wrapped(rule.id, 4)[0], '1')}"
                yield from (f"    {line}" for line in self.wrapped(rule.title, 4))
                yield from (f"    {self.paint(line, '2')}" for line in self.wrapped(_footing(rule, page_rules.enforced(rule)), 4))
        yield ""
        yield from self.wrapped("certgate explain RULE says why, and what to do; --yaml prints the whole.", 0)


def _notes(policy: Policy, inside: set[str]) -> Iterator[str]:
    if policy.id in inside:
        yield f"in {DEFAULT}"
    if policy.extends:
        yield f"extends {', '.join(policy.extends)}"
    if policy.advisory:
        yield "advisory: never blocks"


def _counted(rules: Sequence[Rule]) -> str:
    kinds = list(dict.fromkeys(f"{kind}s" for rule in rules for kind in rule.kinds))
    return f"{len(rules)}, about {' and '.join(kinds)}"


def _footing(rule: Rule, enforced: str) -> str:
    """Say how a rule is enforced, and by which clause of the documents above."""
    source = rule.source
    out = ["taken out"] if rule.disabled is not None else []
    clause = [f"{source.id} {source.clause}".strip() + (f" ({source.binding})" if source.binding else "")] if source else []
    read = ["from secondary sources"] if source and source.confidence == "secondary" else []
    return "; ".join([*out, enforced, *clause, *read])


def _cited(source: Source) -> str:
    from scanner.rules.language.values import instant

    checked = f", checked {instant(source.checked)}" if source.checked else ""
    read = ", from secondary sources" if source.confidence == "secondary" else ""
    return f"{source.doc} {source.edition}".strip() + checked + read


def _head(policy: Policy) -> dict[str, Any]:
    names = ("id", "version", "title", "owner", "advisory")
    return {name: getattr(policy, name) for name in names} | {"extends": list(policy.extends)}


def _whole(policy: Policy) -> dict[str, Any]:
    from scanner.rules.said import page_adapting

    params = [
        {"name": name, "value": value, "bounds": bounds, "doc": doc}
        for name, value, bounds, doc in page_adapting.settable(policy)
    ]
    return _head(policy) | {
        "sha256": policy.sha256,
        "sources": [_source(source) for source in policy.sources],
        "params": params,
        "rules": [_rule(rule) for rule in policy.rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    from scanner.rules.said import asked
    from scanner.when import instant

    return {
        "id": rule.id,
        "title": rule.title,
        "kinds": list(rule.kinds),
        "severity": str(rule.severity),
        "enforce": [{"from": instant(start) if start else None, "mode": str(mode)} for start, mode in rule.enforce],
        "if_unknown": str(rule.if_unknown),
        "waivable": rule.waivable,
        "because": rule.because,
        "fix": rule.fix,
        "limits": [{"when": when, "limit": limit} for when, limit in asked.schedule(rule)],
        "source": _source(rule.source) if rule.source else None,
        "controls": list(rule.controls),
        "disabled": rule.disabled.reason if rule.disabled else None,
    }


def _source(source: Source) -> dict[str, Any]:
    names = ("id", "doc", "edition", "clause", "binding", "url", "confidence")
    checked = source.checked.date().isoformat() if source.checked else ""
    return {name: value for name in names if (value := getattr(source, name))} | ({"checked": checked} if checked else {})
