"""The fonts of reports draw what is said of them, and travel with their licence."""

from importlib.resources import files
from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from reports import _fonts, _look


def _draws(names: tuple[str, ...]) -> set[int]:
    return {point for name in names for point in TTFont(BytesIO(_fonts.data(name))).getBestCmap()}


@pytest.mark.parametrize(
    "names", [names for _, _, names in _fonts.FACES], ids=[f"{family} {weight}" for family, weight, _ in _fonts.FACES]
)
def test_every_face_draws_what_is_promised(names: tuple[str, ...]) -> None:
    """Each face has a glyph for every character that is not spelled out."""
    assert _draws(names) >= _fonts.GLYPHS


def test_latin_extended_names_are_drawn_and_others_spelled_out() -> None:
    """Łukasz and Őri keep their names; Greek, Cyrillic, Chinese and arrows are spelled out."""
    assert _look.text("Łukasz Őri Ω Б 中 →") == "Łukasz Őri <U+03A9> <U+0411> <U+4E2D> <U+2192>"


def test_a_letter_with_a_separate_accent_is_composed() -> None:
    """A decomposed name looks like the composed one; marks that pile up are spelled out."""
    assert _look.text("Zoe\u0308 e\u0302\u0316") == "Zoë ê<U+0316>"


def test_the_licence_travels_with_the_fonts() -> None:
    """Both families come with the SIL Open Font License and a word on their origin."""
    folder = files("reports") / "_fonts"
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("OFL-next.txt", "OFL-mono.txt")]
    assert all("SIL OPEN FONT LICENSE Version 1.1" in text for text in texts)
    assert "SIL Open Font License" in (folder / "README.md").read_text(encoding="utf-8")
