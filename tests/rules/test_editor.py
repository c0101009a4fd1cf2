"""The schema as authors meet it: in the YAML language server that editors run."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from tests.tools.editor import Editor

ROOT = Path(__file__).parents[2]
HEAD = f"# yaml-language-server: $schema={(ROOT / 'schemas' / 'policy.schema.json').as_uri()}\n"
GOOD = HEAD + dedent(
    """\
    policy: acme
    version: 1.0.0
    title: Acme rules
    owner: pki@acme.example
    rules:
      key:
        title: Keys are strong
        for: endpoint
        severity: high
        require: { certificate.key: { one_of: [{ algorithm: RSA, bits: { at_least: 3072 } }, { algorithm: EC, curve: [P-256] }] } }
        because: Weak keys fall.
        fix: Issue a new key.
        tests:
          - pass: { certificate.key: { algorithm: EC, curve: P-256 } }
          - fail: { certificate.key.algorithm: DSA, certificate.key.curve: absent }
      limit:
        title: Lifetimes follow the schedule
        for: certificate
        severity: high
        when: { san.dns: { any: { under_domain: acme.example } }, chain: { none: { ca_owner: Evil CA } } }
        require:
          lifetime: { at_most: { by: not_before, steps: [398d, { from: 2026-03-15, value: 200d }] } }
        because: The root programmes ask for it.
        fix: Renew more often.
        tests:
          - pass: { lifetime: 90d }
          - fail: { lifetime: 900d }
    """
)


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    """Start one server for all tests of the module."""
    session = Editor()
    yield session
    session.close()


def place(text: str, mark: str) -> tuple[int, int]:
    """Find the line and column at which a piece of text begins."""
    before = text[: text.index(mark)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize("path", sorted((ROOT / "policies").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_policies_have_no_marks(editor: Editor, path: Path) -> None:
    """What the loader takes, the editor takes."""
    assert editor.open(path.as_uri(), HEAD + path.read_text(encoding="utf-8")) == []


def test_a_good_policy_has_no_marks(editor: Editor) -> None:
    """Nested and dotted names, steps, shapes, lists, rows that lack a field."""
    assert editor.open("file:///acme.yaml", GOOD) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("require: {", "reqire: {"),
        ("bits: { at_least", "bitts: { at_least"),
        ("at_least: 3072", "at_lest: 3072"),
        ("curve: [P-256]", "curve: [P-257]"),
        ("severity: high", "severity: hihg"),
        ("by: not_before", "by: not_befor"),
        ("value: 200d", "value: 200days"),
        ("under_domain:", "below_domain:"),
        ("none: { ca_owner", "none: { ca_ownr"),
        ("for: endpoint", "for: endpont"),
        ("fail: { lifetime: 900d }", "fial: { lifetime: 900d }"),
        ("certificate.key.algorithm: DSA", "certificate.key.algorithm: DAS"),
    ],
)
def test_what_the_loader_refuses_is_marked_where_it_stands(editor: Editor, old: str, new: str) -> None:
    """A misspelt key, field, operator, word, unit, clock, part, kind or outcome has a mark in its line."""
    text = GOOD.replace(old, new, 1)
    line, _ = place(GOOD, old)
    marks = editor.open(f"file:///acme-{line}-{len(new)}.yaml", text)
    near = range(line - 1, line + 2) if new.startswith("value") else range(line, line + 1)
    assert any(mark["line"] in near for mark in marks), marks


def test_fields_of_the_kind_are_offered_with_their_meaning(editor: Editor) -> None:
    """A rule for endpoints is offered fields of endpoints, each with type and origin."""
    text = GOOD.replace("    when: { san.dns", "    when:\n      \n    whence: { san.dns", 1).replace(
        "for: certificate", "for: endpoint"
    )
    editor.open("file:///acme-fields.yaml", text)
    line, _ = place(text, "    whence")
    offered = editor.completions("file:///acme-fields.yaml", line - 1, 7)
    assert {"tls.versions", "certificate.key.bits", "hsts.max_age", "any_of"} <= set(offered)
    assert "wildcard" not in offered
    assert "Key exchange groups" in offered["tls.groups"]
    assert "observed" in offered["tls.groups"]


def test_operators_and_words_are_offered(editor: Editor) -> None:
    """Behind a duration the operators of durations; behind an enumerated field its words."""
    text = GOOD.replace("lifetime: { at_most: {", "lifetime:\n        \n      age: { at_most: {", 1).replace(
        "severity: high", "severity: ", 1
    )
    editor.open("file:///acme-words.yaml", text)
    line, _ = place(text, "      age: {")
    operators = editor.completions("file:///acme-words.yaml", line - 1, 9)
    assert {"at_least", "at_most", "one_of", "present"} <= set(operators)
    assert "under_domain" not in operators
    line, column = place(text, "severity: ")
    assert {"critical", "info"} <= set(editor.completions("file:///acme-words.yaml", line, column + len("severity: ")))


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("lifetime: { at_most: {", "notAfter is included"),
        ("at_most: { by", "The value is the operand or less"),
        ("when: { san.dns", "Which assets the rule applies to"),
        ("san.dns: { any", "dNSName entries"),
        ("severity: high", "How bad"),
    ],
)
def test_hovering_says_what_a_word_means(editor: Editor, mark: str, said: str) -> None:
    """Fields, operators and keys of rules are explained where they stand."""
    line, column = place(GOOD, mark)
    uri = f"file:///acme-hover-{line}-{column}.yaml"
    editor.open(uri, GOOD)
    assert said in editor.hover(uri, line, column + 1)
