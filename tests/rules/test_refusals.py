"""What the loader refuses, with place, offending text and the nearest legal word (policy language, The loader refuses)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from scanner.errors import PolicyError
from scanner.rules.reader import load
from scanner.rules.reader.find import PolicyFile

GOOD = """\
policy: p
version: 1.0.0
title: A policy
owner: pki@example.com
sources: [{ id: br, doc: The document, edition: 1.10, checked: 2026-11-23 }]
params: { bits: { default: 2048, at_least: 2048, doc: Smallest modulus } }
lists: { cas: [{ label: CA, spki_sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }], owners: [retail] }
defaults: { for: certificate, when: { is_ca: false } }
healthy: { certificate: { is_ca: false, key: { algorithm: RSA, bits: 4096 }, not_before: 2026-10-01, lifetime: 90d } }
rules:
  key:
    title: Keys are long
    severity: high
    require: { key.bits: { at_least: $bits } }
    because: Short keys break.
    fix: Make a key of {limit}.
    source: { id: br, clause: 6.1.5, binding: mandatory }
    tests:
      - pass: { key.bits: 2048 }
      - fail: { key.bits: 1024 }
"""


def faults(text: str | bytes, name: str = "p") -> list[str]:
    """Load one policy and return its faults as the user sees them."""
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(PolicyError) as caught:
        load.load([PolicyFile(f"{name}.yaml", data)])
    return [str(fault) for fault in caught.value.faults]


def changed(old: str, new: str) -> list[str]:
    """Return the faults of the good policy with one change."""
    assert old in GOOD
    return faults(GOOD.replace(old, new, 1))


def requiring(predicate: str) -> list[str]:
    """Return the faults of the good policy with another `require`."""
    return changed("{ key.bits: { at_least: $bits } }", predicate)


def test_the_good_policy_loads() -> None:
    """The policy that all cases change is right itself, and its operands are typed."""
    (policy,) = load.load([PolicyFile("p.yaml", GOOD.encode())])
    assert [rule.id for rule in policy.rules] == ["p/key"]
    assert policy.rules[0].tests[0].as_of == datetime(2026, 10, 1, tzinfo=UTC)
    assert policy.sources[0].edition == "1.10", "scalars are text: 1.10 stays 1.10"


def test_a_rule_that_names_no_kind_has_its_other_faults_told_with_it() -> None:
    """Its kind is guessed from the fields it uses; mending one fault must not bring up the next."""
    untold = GOOD.replace("defaults: { for: certificate, when: { is_ca: false } }\n", "")
    wrong = untold.replace("severity: high", "severity: hgh").replace("at_least: $bits", "at_lest: $bits")
    assert faults(wrong) == [
        "p.yaml:10:3: rule key needs for: certificate or endpoint; or defaults with it",
        "p.yaml:12:15: 'hgh' is not a value of severity; nearest: 'high'",
        "p.yaml:13:28: operator at_lest does not fit key.bits (integer); nearest: 'at_least'",
    ]
    endpoint = untold.replace("{ key.bits: { at_least: $bits } }", "{ tls.versions: { none: [SSL 3.0] } }")
    assert faults(endpoint)[0] == "p.yaml:10:3: rule key needs for: certificate or endpoint; or defaults with it"
    assert not any("is not a field of certificate" in fault for fault in faults(endpoint)[1:2])


PLACES = {
    "reserved id": (
        "policy: p",
        "policy: certgate",
        "p.yaml:1:9: 'certgate' is reserved for findings about the run itself; call the policy otherwise",
    ),
    "unknown key": ("severity: high", "severty: high", "p.yaml:13:5: unknown key 'severty'; nearest: 'severity'"),
    "unknown top key": ("owner:", "ownr:", "p.yaml:4:1: unknown key 'ownr'; nearest: 'owner'"),
    "duplicate key": (
        "    title: Keys are long",
        "    title: Keys are long\n    title: Again",
        "p.yaml:13:5: duplicate key 'title'; first at p.yaml:12:5",
    ),
    "wrong id": ("policy: p", "policy: q", "p.yaml:1:9: policy is 'q', but the file is called 'p'; they must agree"),
    "no fix": ("    fix: Make a key of {limit}.\n", "", "p.yaml:11:3: rule key: fix is missing; write a whole sentence"),
    "no fail test": ("      - fail: { key.bits: 1024 }\n", "", "p.yaml:19:7: rule key needs a test that gives fail"),
    "placeholder": ("{limit}", "{limits}", "p.yaml:16:10: unknown placeholder {limits} in fix; nearest: 'limit'"),
    "source": ("{ id: br, clause", "{ id: bar, clause", "p.yaml:17:19: 'bar' is no source of this policy; nearest: 'br'"),
    "confidence": (
        "clause: 6.1.5, binding",
        "clause: 6.1.5, confidence: secondry, binding",
        "p.yaml:17:50: 'secondry' is no confidence; nearest: 'secondary'; legal: primary, secondary",
    ),
    "severity": ("severity: high", "severity: hgh", "p.yaml:13:15: 'hgh' is not a value of severity; nearest: 'high'"),
    "kind": ("for: certificate", "for: certificat", "p.yaml:8:18: 'certificat' is not a kind; nearest: 'certificate'"),
    "bound": (
        "default: 2048, at_least: 2048",
        "default: 1024, at_least: 2048",
        "p.yaml:6:28: bits: 1024 is outside the bound at_least 2048",
    ),
    "test field": (
        "fail: { key.bits: 1024 }",
        "fail: { key.bit: 1024 }",
        "p.yaml:20:17: 'key.bit' is not a field of certificate; nearest: 'key.bits'",
    ),
    "tag": (
        "title: Keys are long",
        "title: !!str Keys are long",
        "p.yaml:12:12: tag tag:yaml.org,2002:str is not allowed; remove it",
    ),
    "anchor": (
        "title: Keys are long",
        "title: &a Keys are long",
        "p.yaml:12:12: anchors are not allowed; write the value where it is wanted",
    ),
    "alias": ("title: Keys are long", "title: *.example.com", "p.yaml:12:12: text that begins with * must be quoted"),
    "never blocks": (
        "    severity: high",
        "    severity: high\n    enforce: warn",
        "p.yaml:1:1: nothing in this policy can ever block; say why with advisory: REASON, or let a rule enforce: block",
    ),
    "group rules": (
        "    severity: high",
        "    severity: high\n    group_by: key.spki_sha256",
        (
            "p.yaml:15:14: a rule with group_by asks something of groups: "
            "require: { group: { distinct: { of: FIELD, at_most: 1 } } }, or count or share"
        ),
    ),
    "extends": (
        "owner: pki@example.com",
        "owner: o\nextends: public-tsl",
        "p.yaml:5:10: 'public-tsl': no such policy beside this file or among the shipped; nearest: 'public-tls'",
    ),
    "dropped when": (
        "for: certificate, when",
        "when",
        "p.yaml:8:19: defaults: a when needs for: KIND beside it, or no rule takes it",
    ),
    "endless entry": (
        f"spki_sha256: {'a' * 64}",
        f"spki_sha256: {'a' * 64}, until: 9999-12-31",
        f"p.yaml:7:{51 + 64}: '9999-12-31': until is the last day there is; leave it out instead",
    ),
    "path as parent": (
        "owner: pki@example.com",
        "owner: o\nextends: ./p",
        "p.yaml:5:10: './p' is no id of a policy; write the bare name, as in public-tls",
    ),
    "clock": (
        "at_least: $bits",
        "at_least: { by: not_befor, steps: [1] }",
        "p.yaml:14:44: 'not_befor' is no clock; nearest: 'not_before'",
    ),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_fault_is_told_at_its_place_with_the_nearest_word(case: str) -> None:
    """File, line, column, the offending text and what was probably meant."""
    old, new, message = PLACES[case]
    assert message in changed(old, new)


TEXTS = {
    "title: Keys are long": "title",
    "owner: pki@example.com": "owner",
    "doc: The document": "doc",
    "clause: 6.1.5": "clause",
    "label: CA": "label",
    "because: Short keys break.": "because",
    "owners: [retail]": "an entry",
    "doc: Smallest modulus": "doc of a parameter",
    "title: A policy": "title of the policy",
}
AMBIGUOUS = ("on", "Off", "yes", "NO", "y", "n", "~", "null", "1e3", "1:30", "0x1f", "0o7", "0777", ".inf")


@pytest.mark.parametrize("where", TEXTS)
@pytest.mark.parametrize("word", AMBIGUOUS)
def test_an_ambiguous_scalar_is_no_text_anywhere(where: str, word: str) -> None:
    """What other readers of YAML take for a truth, a null or a number is quoted, or nothing is loaded."""
    key, _, value = where.rpartition(" ")
    start = where[: where.index(":") + 2] if "[" not in where else "owners: ["
    found = changed(where, f"{start}{word}{']' if '[' in where else ''}")
    assert any(f'{word!r} is ambiguous in YAML; write "{word}" in quotes' in fault for fault in found), found
    assert key
    assert value


@pytest.mark.parametrize("where", [one for one in TEXTS if "[" not in one])
def test_nothing_is_no_text(where: str) -> None:
    """A key without a value is refused at the place where the value should stand."""
    assert any(
        "nothing stands here" in fault or "is missing" in fault or "is a text" in fault or "needs" in fault
        for fault in changed(where, where[: where.index(":") + 2])
    )


@pytest.mark.parametrize("value", ["2026-11-23", "1.10", "6.1.5", "1.2.3.4", "404", "3.5", "nobody", "once", "'no'", '"1e3"'])
def test_what_looks_alike_but_is_clear_loads(value: str) -> None:
    """Dates, versions, plain numbers and words that begin alike are texts."""
    load.load([PolicyFile("p.yaml", GOOD.replace("clause: 6.1.5", f"clause: {value}").encode())])


HIDDEN = {
    "\u202e": "U+202E (RIGHT-TO-LEFT OVERRIDE) cannot be seen, or changes how other text is seen; remove it",
    "\u2066": "U+2066 (LEFT-TO-RIGHT ISOLATE)",
    "\u200b": "U+200B (ZERO WIDTH SPACE)",
    "\x07": "U+0007 (control character)",
    "\x85": "U+0085 (control character)",
}


@pytest.mark.parametrize("char", HIDDEN)
def test_hidden_characters_are_told_by_code_point(char: str) -> None:
    """In a text, in a comment, or written as an escape."""
    assert any(
        fault.startswith("p.yaml:12:21: ") and HIDDEN[char] in fault for fault in changed("Keys are long", f"Keys are {char}long")
    )
    assert any(HIDDEN[char] in fault for fault in changed("policy: p", f"policy: p  # {char}"))
    escaped = f'"Keys are \\U{ord(char):08x}long"'
    assert any(fault.startswith("p.yaml:12:12: ") and HIDDEN[char] in fault for fault in changed("Keys are long", escaped))


def test_lines_may_end_as_windows_ends_them() -> None:
    """A carriage return alone changes what is seen; before a line feed it is part of the line's end."""
    assert load.load([PolicyFile("p.yaml", GOOD.replace("\n", "\r\n").encode())])
    assert any("U+000D" in fault for fault in changed("policy: p", "policy: p\r# b"))


YAML = {
    "title: Keys: long": "a colon with a space behind it cannot stand in unquoted text; quote the whole text",
    "title: [Keys": "the list that begins with [ lacks a comma or its ]",
    "title: { a: b": "the mapping that begins with { lacks a comma or its }",
    'title: "Keys': "a quote is opened here and never closed",
    "title: @keys": "text that begins with @ must be quoted",
    "title: Keys\n   severity: low": "",
}


@pytest.mark.parametrize("written", YAML)
def test_what_is_no_yaml_is_told_in_an_authors_words(written: str) -> None:
    """Not what the parser was in the middle of, but what to do."""
    found = changed("title: Keys are long", written)
    assert any(YAML[written] in fault for fault in found), found


def test_faults_are_shown_up_to_a_number() -> None:
    """The first hundred, and how many more there are, where the first of these stands."""
    rules = "".join(f"  r{number}: {{ for: certificate }}\n" for number in range(60))
    found = faults(GOOD.split("rules:", maxsplit=1)[0] + "rules:\n" + rules)
    assert len(found) == 101
    assert found[-1].endswith(" more faults; mend those above first")
    thousands = "".join(f"  r{number}: {{ for: certificate }}\n" for number in range(9_000))
    assert "here and below are 900 more faults" in faults(GOOD.split("rules:", maxsplit=1)[0] + "rules:\n" + thousands)[-1]


HEAD = GOOD.split("rules:", maxsplit=1)[0]
FAULTY = "".join(f"  r{number}: {{ severty{number}: low }}\n" for number in range(10_000))
BOMBS: dict[str, Callable[[], bytes]] = {
    "ten megabytes of rules": lambda: b"rules:\n" + b"  r: { title: t }\n" * 555_000,
    "ten megabytes of text": lambda: GOOD.replace("severity: high", f"severity: {'h' * 9_000_000}").encode(),
    "ten megabytes of a key": lambda: GOOD.replace("severity: high", f"{'s' * 9_000_000}: high").encode(),
    "depth of a thousand": lambda: GOOD.replace(
        "{ key.bits: { at_least: $bits } }", "{ not: " * 1000 + "{}" + " }" * 1000
    ).encode(),
    "a million nodes": lambda: b"a: [" + b"b, " * 1_000_000 + b"]\n",
    "ten thousand faulty rules": (HEAD + "rules:\n" + FAULTY).encode,
    "aliases of aliases": lambda: b"a: &a [x]\n" + b"".join(b"b%d: &b%d [*a, *a]\n" % (n, n) for n in range(30)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_bounded(bomb: str) -> None:
    """Ten seconds of one core and a few short words are enough for any file."""
    start = time.process_time()
    found = faults(BOMBS[bomb]())
    assert time.process_time() - start < 10
    assert 0 < len(found) <= 101
    assert all(len(fault) < 500 for fault in found)


MORE_PLACES = {
    "control": (
        "    fix:",
        "    controls: [pci]\n    fix:",
        "p.yaml:16:16: 'pci' is no control; write FRAMEWORK/CONTROL, as in pci-dss-4.0.1/4.2.1",
    ),
    "no because": ("    because: Short keys break.\n", "", "p.yaml:11:3: rule key: because is missing; write a whole sentence"),
    "no severity": (
        "    severity: high\n",
        "",
        "p.yaml:11:3: rule key: severity is missing; one of critical, high, medium, low, info",
    ),
    "no tests": (
        "    tests:\n      - pass: { key.bits: 2048 }\n      - fail: { key.bits: 1024 }\n",
        "",
        "p.yaml:11:3: rule key needs a test that gives pass and one that gives fail",
    ),
    "empty title": ("Keys are long", '"  "', "p.yaml:12:12: rule key: title is missing; write a whole sentence"),
    "digest": (
        "spki_sha256: aaaa",
        "spki_sha256: Aaaa",
        f"p.yaml:7:42: spki_sha256 'Aaaa{'a' * 60}': 64 lower-case hexadecimal digits are wanted",
    ),
    "source twice": (
        "checked: 2026-11-23 }",
        "checked: 2026-11-23 }, { id: br, doc: Again }",
        "p.yaml:5:78: source 'br' is given twice",
    ),
    "kind of a test": (
        "pass: { key.bits",
        "pass: { kind: endpoint, key.bits",
        "p.yaml:19:23: 'endpoint' is no kind of this rule; one of certificate",
    ),
    "as_of": (
        "      - fail: { key.bits: 1024 }",
        "      - { fail: { key.bits: 1024 }, as_of: soon }",
        "p.yaml:20:44: 'soon' is not a date, which as_of is; write it as 2026-03-15 or 2026-03-15T12:00:00Z",
    ),
    "steps of enforce": (
        "    severity: high",
        "    severity: high\n    enforce: [warn, { from: 2027-01-01, value: block }, { from: 2026-01-01, value: block }]",
        "p.yaml:14:14: the steps of enforce must ascend: each date later than the one before",
    ),
    "restating nothing": (
        "  key:\n",
        "  other/key:\n",
        "p.yaml:11:3: no inherited rule has the id 'other/key'; this policy extends nothing, and its own rules have keys without /",
    ),
    "two whens": (
        "    severity: high",
        "    when: { wildcard: true }\n    when_only: { wildcard: true }\n    severity: high",
        "p.yaml:14:16: when_only stands instead of when; write one of them",
    ),
    "disagreeing row": (
        "lifetime: 90d }",
        "lifetime: 90d, not_after: 2027-01-01 }",
        "p.yaml:9:10: not_before, not_after and lifetime disagree: notAfter is included, so lifetime would be 92 d 1 s",
    ),
}


@pytest.mark.parametrize("case", MORE_PLACES)
def test_what_is_missing_or_does_not_fit_is_told_too(case: str) -> None:
    """Every rule of the page about rules, sources and tests."""
    old, new, message = MORE_PLACES[case]
    assert any(fault.startswith(message) for fault in changed(old, new)), changed(old, new)


PREDICATES = {
    "{ signature.hash: Sha256 }": "'Sha256' is not a value of signature.hash; nearest: 'SHA-256'",
    "{ lifetime: { at_mots: 90d } }": "operator at_mots does not fit lifetime (duration); nearest: 'at_most'",
    "{ key.bit: 3 }": "'key.bit' is not a field of certificate; nearest: 'key.bits'",
    "{ key: { bist: 3 } }": "'bist' is not a field of certificate; nearest: 'key.bits'",
    "{ lifetime: { at_most: 90 days } }": "'90 days' is not a duration, which lifetime is; write it as 398d, 12h or 200d1s",
    "{ lifetime: { at_most: 13 months } }": "'13 months': months and years have no exact length; write days, for example 398d",
    "{ elapsed_share: { at_most: 0.9 } }": "'0.9' is not a share, which elapsed_share is; write it as 66%",
    "{ not_before: { from: 15.03.2026 } }": "'15.03.2026' is not a date, which not_before is; write it as 2026-03-15 or 2026-03-15T12:00:00Z",
    "{ expired: no }": "'no' is ambiguous in YAML; write true or false",
    "{ subject.cn: off }": "'off' is ambiguous in YAML; write \"off\" in quotes",
    "{ subject.cn: 0x1f }": "'0x1f' is ambiguous in YAML; write \"0x1f\" in quotes",
    "{ usage: tls-server }": "usage is a list; say any, all, none, count or empty of it",
    "{ usage: { is: tls-server } }": "operator is does not fit usage (list of texts); one of all, all_of, any, any_of, count, empty, none, not",
    "{ usage: { any: tls-servr } }": "'tls-servr' is not a value of the element; nearest: 'tls-server'",
    "{ key.bits: { one_of: [] } }": "one_of wants a list of values, at least one",
    "{ key.bits: 2048, key: { bits: 2048 } }": "key.bits is given twice; first at p.yaml:14:16",
    "{ subject.cn: { matches: '(?=x)' } }": "look-around",
    "{ subject.cn: { matches: '(' } }": "does not compile",
    "{ chain: { any: { in_list: caz } } }": "'caz' is no list of this policy; nearest: 'cas'",
    "{ key.bits: { at_least: $bit } }": "$bit: no such parameter; nearest: 'bits'",
    "{ key.bits: { at_least: { field: lifetime } } }": "lifetime is duration; key.bits is integer",
    "{ owner: { is: { field: teem } } }": "'teem' is not a field of certificate; nearest: 'team'",
    "{}": "an empty predicate asks nothing",
    "{ san.dns: { count: { present: true } } }": "count is compared with numbers",
    "{ san.dns: { all: { is: { field: subject.cn } } } }": "only as any or none: { is: { field: … } }",
    "{ not_before: { from: 9999-12-31T23:59:59-10:00 } }": "lies beyond the year 9999",
    "{ key.bits: 0777 }": "is not a whole number",
    "{ chain: { any: { spki_sha25: aa } } }": "'spki_sha25' is not a field of an element of the list; nearest: 'spki_sha256'",
}


@pytest.mark.parametrize("predicate", PREDICATES)
def test_a_predicate_that_cannot_be_meant_is_refused(predicate: str) -> None:
    """A misspelt field, operator, word, unit or shape never loads."""
    assert any(PREDICATES[predicate] in fault for fault in requiring(predicate)), requiring(predicate)


def test_all_faults_of_all_files_are_listed_together() -> None:
    """Two files with two faults each give four lines, in order of file and place."""
    bad = GOOD.replace("severity: high", "severity: hgh").replace("key.bits: 1024", "key.bit: 1")
    with pytest.raises(PolicyError) as caught:
        load.load([PolicyFile("p.yaml", bad.encode()), PolicyFile("x/p.yaml", bad.encode())])
    assert [fault.path for fault in caught.value.faults] == ["p.yaml", "p.yaml", "x/p.yaml", "x/p.yaml"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe", "not UTF-8; save the file as UTF-8"),
        (b"a: 1\n---\nb: 2\n", "a second document; one file holds one document"),
        (b"[1, 2]", "a policy is a mapping; it begins with `policy: ID`"),
        (b"a: [" * 200, "nested deeper than 100"),
        (b"a: &a [x]\nb: [*a, *a]\n", "aliases are not allowed; text that begins with * must be quoted"),
        (b"x" * 10_000_001, "the file has 10,000,001 bytes; at most 10,000,000 are read"),
        (b"a:\n\tb: 1\n", "a tab stands here; indent with spaces"),
    ],
    ids=["empty", "encoding", "documents", "list", "depth", "alias bomb", "size", "tab"],
)
def test_hostile_files_get_a_clear_word(data: bytes, message: str) -> None:
    """Whatever the bytes are, one fault says what to do."""
    found = faults(data)
    assert any(message in fault for fault in found), found


def test_ten_thousand_rules_are_the_limit() -> None:
    """One rule more is refused before any is read."""
    rules = "".join(f"  r{number}: {{}}\n" for number in range(10_001))
    assert "p.yaml:6:3: more than 10,000 rules; part the policy into several, and extend them" in faults(
        GOOD.split("sources:", maxsplit=1)[0] + "rules:\n" + rules
    )


def test_one_id_with_two_contents_is_refused() -> None:
    """Policies given together may share a rule only if it is the same rule."""
    other = GOOD.replace("severity: high", "severity: low")
    with pytest.raises(PolicyError, match=r"rule p/key has another content in x/p\.yaml than in p\.yaml "):
        load.load([PolicyFile("p.yaml", GOOD.encode()), PolicyFile("x/p.yaml", other.encode())])


def test_parameters_are_set_within_the_parents_bounds() -> None:
    """`set` reaches the parent's rules, and cannot go below its bound."""
    from pathlib import Path

    child = "policy: c\nversion: 1\ntitle: C\nowner: o\nextends: [public-tls]\nset: { min_rsa_bits: 1024 }\n"
    found = faults(child, "c")
    assert found == ["c.yaml:6:22: min_rsa_bits: 1024 is outside the bound at_least 2048"]
    raised = load.load([PolicyFile("c.yaml", child.replace("1024", "3072").encode(), folder=Path())])
    assert raised[0].rules
