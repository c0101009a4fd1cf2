"""Charts are small SVG that say their values in words, begin at zero and carry no style or script."""

import pytest
from lxml import etree

from reports import _charts
from reports._parts.tally import Share, waffle
from reports.view import build
from tests.reports.factory import report

SVG = "{http://www.w3.org/2000/svg}"
VIEW = build(report())
DRAWN = {
    "waffle": _charts.waffle(VIEW.waffle),
    "bar": _charts.bar(VIEW.severities, "Open findings"),
    "columns": _charts.columns([("Oct", 88), ("Nov", 214)], "Expiries"),
}


@pytest.mark.parametrize("drawn", DRAWN.values(), ids=DRAWN.keys())
def test_a_chart_is_an_image_with_a_sentence(drawn: str) -> None:
    """A chart is well-formed, an image to assistive technology, and its title holds all values."""
    root = etree.fromstring(str(drawn))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title", "").endswith(".")


@pytest.mark.parametrize("drawn", DRAWN.values(), ids=DRAWN.keys())
def test_a_chart_has_no_style_and_no_script(drawn: str) -> None:
    """Nothing in a chart needs a content policy to give way."""
    root = etree.fromstring(str(drawn))
    assert not [node for node in root.iter() if node.get("style") or node.tag in {f"{SVG}style", f"{SVG}script"}]


def test_the_title_of_columns_says_every_value() -> None:
    """Who cannot see the columns can read them."""
    assert "<title>Expiries: Oct 88, Nov 214.</title>" in DRAWN["columns"]


def test_hostile_words_are_escaped() -> None:
    """A label cannot leave its text."""
    assert "<script>" not in _charts.columns([("<script>", 1)], "\u202e")


@pytest.mark.parametrize(
    ("most", "top", "lines"), [(0, 1, 2), (4, 4, 5), (7, 8, 5), (214, 250, 6), (16_830, 20_000, 5), (1, 1, 2)]
)
def test_an_axis_begins_at_zero_and_has_few_round_lines(most: int, top: int, lines: int) -> None:
    """The highest value fits below the top, with at most five lines above zero."""
    assert _charts.scale(most)[0] == top
    assert (_charts.scale(most)[1][0], len(_charts.scale(most)[1])) == (0, lines)


def test_the_parts_of_a_bar_fill_it() -> None:
    """Widths of the parts add up to the whole, in the order given."""
    root = etree.fromstring(str(_charts.bar([Share("critical", "Critical", 1), Share("low", "Low", 3)], "Open")))
    widths = [float(part.get("width", "").rstrip("%")) for part in root.iter(f"{SVG}rect")]
    assert widths == [25, 75]


def test_what_could_not_be_judged_is_hatched() -> None:
    """Unknown squares are never drawn in a plain colour."""
    drawn = _charts.waffle(waffle([Share("unknown", "Could not be judged", 2), Share("pass", "No open finding", 3)]))
    assert 'class="hatch"' in drawn
