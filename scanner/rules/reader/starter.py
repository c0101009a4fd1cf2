"""A commented first policy that passes its own tests: what `policy init` writes."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date

from scanner.model import Severity
from scanner.rules.language.syntax import Policy, Rule

SCHEMA = "policy.schema.json"
MOST_LISTED = 60

HEAD = """\
# yaml-language-server: $schema={schema}
# With the line above, and the file that `certgate policy schema` prints beside this one, an editor completes and explains.
# Check this file with `certgate policy lint {name}.yaml`, prove it with `certgate policy test {name}.yaml`,
# and see what a change to it means with `certgate policy diff OLD NEW`.

"""
NOTED = (
    ("policy: {name}", "its id: the file is called the same"),
    ("version: 0.1.0", ""),
    ("title: What {name} asks", "one line for reports"),
    ("owner: you@example.com", "who answers for this policy"),
    ("tests_as_of: {today}", "the date at which tests run that state none of their own"),
)

DEFAULTS = """
# Stated once, so that no rule can forget it: the kind of thing judged, and which of them.
defaults:
  for: certificate               # or endpoint; fields of each: certgate policy fields
  when: { is_ca: false, expired: false }
"""

HEALTHY = """
# A row that no rule may fail; tests state only what deviates from it.
healthy:
  certificate:
    is_ca: false
    not_before: 2026-10-01
    lifetime: 47d
    owner: payments
"""
KEY = "    key: { algorithm: EC, curve: P-256, bits: 256 }\n"

OWN = """\
  # A rule of your own. Its id everywhere, in reports, exceptions and baselines, is {name}/owner.
  owner:
    title: Somebody answers for every certificate
    severity: medium             # critical, high, medium, low, info: how bad it is
    enforce: block               # it counts for the exit code; warn and report do not; may change by date:
                                 # enforce: [warn, { from: 2027-07-01, value: block }]
    require: { owner: { present: true } }
    because: A certificate that nobody answers for is renewed by nobody.
    fix: Name its owner in the inventory.
    # controls: [nist-800-53r5/SC-17]
    tests:                       # at least one that passes and one that fails
      - pass: { owner: payments }
      - fail: { owner: absent }
      - unknown: { owner: unknown }
      - skip: { is_ca: true }
"""

LIFETIME = """
  lifetime:
    title: Certificates are short-lived
    severity: high
    require:
      lifetime:
        at_most:                 # a limit that changes with time: the first value holds before the first date
          by: not_before         # the day of issue decides; as_of would let the day of the check decide
          steps: [200d, { from: 2027-03-15, value: 100d }, { from: 2029-03-15, value: 47d }]
    because: Whatever is wrong with a certificate lasts until it expires.
    fix: Reissue for at most {limit} and automate renewal.
    tests:
      - pass: { not_before: 2027-03-14, lifetime: 200d }
      - fail: { not_before: 2027-03-15, lifetime: 200d }
      - unknown: { lifetime: unknown }
      - skip: { is_ca: true }

  key:
    title: Keys are of approved kinds
    severity: critical
    waivable: false              # no exception may cover it
    require:
      key:
        one_of:                  # complete shapes: an EC key is never measured in RSA bits
          - { algorithm: RSA, bits: { at_least: 3072 } }
          - { algorithm: EC, curve: [P-256, P-384, P-521] }
    because: Weak keys can be broken, and what was sent under them is read.
    fix: Make a new key of an approved kind and reissue the certificate.
    tests:
      - pass: { key: { algorithm: RSA, bits: 3072 } }
      - fail: { key: { algorithm: RSA, bits: 2048 } }
      - unknown: { key: { algorithm: RSA, bits: unknown } }
      - skip: { is_ca: true, key: { algorithm: RSA, bits: 2048 } }
"""


def text(name: str, parents: Sequence[Policy], today: date) -> str:
    """Write the policy; with parents it builds on what they ask."""
    said = {"name": name, "today": today.isoformat(), "schema": SCHEMA}
    noted = "".join(_line(line.format(**said), note) for line, note in NOTED)
    head, own = HEAD.format(**said) + noted, OWN.replace("{name}", name)
    if not parents:
        return f"{head}{DEFAULTS}{HEALTHY}{KEY}\nrules:\n{own}{LIFETIME}"
    return f"{head}{''.join(_inherited(parents))}{DEFAULTS}{HEALTHY}\nrules:\n{''.join(_restated(parents))}{own}"


def _line(line: str, note: str) -> str:
    return f"{line:<32} # {note}\n" if note else f"{line}\n"


def _inherited(parents: Sequence[Policy]) -> Iterator[str]:
    yield f"\nextends: [{', '.join(policy.id for policy in parents)}]\n"
    params = {name: value for policy in parents for one in policy.all() for name, value in one.params.items()}
    if params:
        yield "# Parameters of what it extends may be set, within their bounds; here with the values they have.\n"
        yield f"set: {{ {', '.join(f'{name}: {_quoted(value)}' for name, value in params.items())} }}\n"


def _quoted(value: object) -> str:
    written = str(value)
    return written if re.fullmatch(r"[A-Za-z0-9.%-]+", written) else json.dumps(written)


def _restated(parents: Sequence[Policy]) -> Iterator[str]:
    """Restate one rule in a stricter way, so that an author sees how; list the others."""
    rules = list({rule.id: rule for policy in parents for rule in policy.rules}.values())
    yield "  # An inherited rule is addressed by its full id, and only what is written here replaces what it says.\n"
    yield "  # Whatever is looser than before needs beside it: override: REASON.\n"
    yield "  # To take a rule out: disabled: { reason: …, until: … }\n"
    raised = next((rule for rule in rules if rule.severity is not Severity.CRITICAL), None)
    if raised is not None:
        yield f"  {raised.id}:\n{_line(f'    severity: {_worse(raised)}', f'it was {raised.severity}')}\n"
    yield "  # All of them:\n"
    yield from (f"  #   {rule.id:<40} {rule.severity}\n" for rule in rules[:MOST_LISTED])
    if len(rules) > MOST_LISTED:
        yield f"  #   and {len(rules) - MOST_LISTED} more: certgate policy show {parents[0].id}\n"
    yield "\n"


def _worse(rule: Rule) -> Severity:
    order = list(Severity)
    return order[order.index(rule.severity) - 1]
