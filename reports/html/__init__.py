"""The HTML report: one self-contained file with a strict content policy, for engineers; light, dark and print."""

import gzip
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson

from reports import _fonts, _safe, _tokens, _words, carry, renderer
from reports import json as whole
from reports._look import read
from reports._parts import controls
from reports.html import _data
from reports.view import View, build
from scanner.model import Exit, Report
from scanner.when import instant

if TYPE_CHECKING:
    from markupsafe import Markup

PLAIN = 5000
"""Findings up to which the data stands as readable JSON; above it is packed."""
_SCRIPTS = ("dom", "page", "model", "detail", "list", "stock", "start")
_CLASSES = {Exit.OK: "met", Exit.VIOLATIONS: "not-met"}
SECTIONS = (
    ("summary", "Summary"),
    ("scope", "Scope and completeness"),
    ("controls", "Controls"),
    ("findings", "Findings"),
    ("contradictions", "Contradictions"),
    ("exceptions", "Exceptions"),
    ("gaps", "Evidence gaps"),
    ("owners", "Owners"),
    ("inventory", "Inventory"),
    ("method", "Method"),
    ("integrity", "Integrity"),
)


@renderer(
    name="html",
    description="One self-contained HTML file: summary, findings with filter and evidence, gaps, inventory, method.",
    options={controls.OPTION: controls.SAID},
)
def render(report: Report, options: Mapping[str, str]) -> bytes:
    """Render the page; it loads nothing and runs only its own script."""
    digest = carry(whole.render.parts(report, {})).sha256
    view = build(report, digest)
    shown = controls.chosen(view.frameworks, options.get(controls.OPTION, ""), "html")
    return page(view, digest, shown).encode()


def page(view: View, result_sha256: str, frameworks: Sequence[controls.Framework] = ()) -> str:
    """Fill the template."""
    from reports import _charts
    from reports._look import environment

    report, css, js = view.report, style(), script()
    data, packed = payload(view)
    return (
        environment()
        .get_template("html/page.html")
        .render(
            view=view,
            report=report,
            words=_words,
            charts=_charts,
            frameworks=frameworks,
            controls_note=controls.NOT_MET,
            sections=[section for section in SECTIONS if section[0] != "controls" or frameworks if _there(view, section[0])],
            owned=any(one.owner for one in view.identities) or bool(view.owners),
            verdict_class=_CLASSES.get(report.exit.code, "unjudged"),
            as_of=instant(report.as_of),
            result_sha256=result_sha256,
            style=_markup(css),
            script=_markup(js),
            data=_markup(data),
            packed=packed,
            policy=policy(css, js),
        )
    )


def _there(view: View, section: str) -> bool:
    """Tell whether a run has data for a section."""
    there = {"owners": view.owners, "exceptions": view.excepting, "contradictions": view.contradictions}
    return bool(there.get(section, True))


def _markup(ours: str) -> "Markup":
    """Mark text of our own making as safe."""
    from markupsafe import Markup

    return Markup(ours)  # noqa: S704 - style and script are files of this package, data went through script_json


def payload(view: View) -> tuple[str, bool]:
    """Write the data: JSON that may stand in a script element, or gzip in base64 where it is large."""
    data = orjson.dumps(_data.document(view))
    if len(view.findings) > PLAIN:
        return b64encode(gzip.compress(data, compresslevel=6, mtime=0)).decode(), True
    return _safe.script_json(data.decode()), False


def policy(css: str, js: str) -> str:
    """Write the content policy: nothing from anywhere, but this style, this script and the embedded fonts."""
    return (
        f"default-src 'none'; script-src '{_digest(js)}'; style-src '{_digest(css)}'; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def script() -> str:
    """Put the parts of the script into one function."""
    parts = "".join(read(f"html/script/{name}.js") for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def style() -> str:
    """Put fonts, colours and rules into one style sheet."""
    dark = _tokens.css(_tokens.DARK)
    tokens = (
        f":root{{color-scheme:light;{_tokens.css(_tokens.LIGHT)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
    )
    return faces() + tokens + read("html/style.css")


def faces() -> str:
    """Embed the fonts; each file is said to hold the characters it has, so that a browser combines them."""
    return "".join(_face(family, weight, name) for family, weight, names in _fonts.FACES for name in names)


def _face(family: str, weight: int, name: str) -> str:
    extended = "unicode-range:U+100-2AF,U+2B9-2D9,U+2DD,U+1E00-1EFF,U+2020;" if "-ext-" in name else ""
    source = f'url(data:font/woff2;base64,{b64encode(_fonts.data(name)).decode()}) format("woff2")'
    return f'@font-face{{font-family:"{family}";font-weight:{weight};{extended}src:{source}}}\n'
