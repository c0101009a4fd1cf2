"""Cells to values, a whole column at a time: what is regular natively, what is odd once per distinct text."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl

from scanner.record import record

_TRUE = frozenset({"true", "yes", "y", "1", "on", "enabled"})
_FALSE = frozenset({"false", "no", "n", "0", "off", "disabled"})
_NUMBER = re.compile(r"(?:0x[0-9a-f]+ \()?(\d{1,3}(?:[,' ]\d{3})+|\d+)(?:\.0+)?\)?\s*(?:-?\s*bits?)?", re.IGNORECASE)
"""2048, 2,048, 2048.0, 2048 bits, 2048-bit, and certutil's 0x800 (2048)."""
_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400, "w": 604800, "week": 604800}
_DURATION = re.compile(r"(\d{1,9})\s*([a-z]+?)(?:ond|ute)?s?", re.IGNORECASE)
_EMPTY = (
    "", "-", "--", "—", "n/a", "N/A", "na", "NA", "none", "None", "null", "NULL", "Null", "(null)", "nil", "#N/A",
    "unknown", "Unknown", "UNKNOWN", "no_information", "not_supported",
)  # fmt: skip
"""What tools write where they have nothing to say."""
LONGEST = 65_536
"""Bytes of a cell, that of a certificate aside."""
_LONGEST_EMPTY = max(len(text.encode()) for text in _EMPTY)
_TYPE_NAME = r"^(?:System|Microsoft)\.[\w.]+(?:\[\]|`\d.*|Collection|List)?$"
"""A collection that PowerShell printed by its type."""


@record
class Read:
    """A column as read: its values, and in which rows a text stood that could not be understood."""

    values: pl.Series
    unread: pl.Series
    why: str
    """What the column should hold, in words."""
    ambiguous: pl.Series | None = None
    """Of the unread ones those that only the mapping can decide."""
    advice: str = ""
    """What the mapping should say then."""
    precise: pl.Series | None = None
    """Of dates: the text has seconds."""


Facts = dict[str, Read]
"""Field name to what a column tells of it."""


def text(values: pl.Series) -> Read:
    """Take values of which none can be misread."""
    return Read(values, pl.repeat(False, len(values), eager=True, dtype=pl.Boolean), "a text")  # noqa: FBT003 - what is repeated


def long(texts: pl.Series) -> pl.Series | None:
    """Find texts that are longer than any fact is, which reports would repeat in every finding; null where there are none."""
    lengths = texts.str.len_bytes()
    most = lengths.max()
    return (lengths > LONGEST).fill_null(value=False) if isinstance(most, int) and most > LONGEST else None


def told(texts: pl.Series) -> pl.Series:
    """Turn what stands for nothing into null."""
    short = texts.str.len_bytes() <= _LONGEST_EMPTY
    return kept(texts, ~texts.is_in(_EMPTY)) if short.any() else texts


def trimmed(texts: pl.Series) -> pl.Series:
    """Take blanks off, and turn what stands for nothing into null."""
    return told(texts.str.strip_chars())


def kept(values: pl.Series, mask: pl.Series) -> pl.Series:
    """Turn to null what the mask does not keep."""
    return values if mask.all() else pl.select(pl.when(mask).then(values).alias(values.name)).to_series()


def judged(texts: pl.Series, values: pl.Series, why: str) -> Read:
    """Say which texts gave no value."""
    return Read(values, texts.is_not_null() & values.is_null(), why)


def distinct(texts: pl.Series, read: Callable[[str], Any], dtype: pl.DataType) -> pl.Series:
    """Read every distinct text once."""
    known = texts.drop_nulls().unique()
    lookup = pl.DataFrame({"text": known, "value": pl.Series([read(text) for text in known], dtype=dtype)})
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String()})
    return frame.join(lookup, on="text", how="left", maintain_order="left")["value"].alias(texts.name)


def integers(texts: pl.Series, least: int = 0, most: int = 2**62) -> Read:
    """Read whole numbers within bounds."""
    values = texts.cast(pl.Int64, strict=False)
    if values.null_count() > texts.null_count():
        values = distinct(texts, _integer, pl.Int64())
    values = kept(values, values.is_between(least, most))
    return judged(texts, values, f"a whole number from {least}" + (f" to {most}" if most < 2**62 else ""))


def _integer(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    digits = re.sub(r"\D", "", found[1]) if found else ""
    return int(digits) if 0 < len(digits) < 19 else None


def booleans(texts: pl.Series) -> Read:
    """Read yes and no."""
    words: Mapping[str, bool] = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
    return judged(texts, distinct(texts, lambda text: words.get(text.lower()), pl.Boolean()), "yes or no")


def durations(texts: pl.Series, *, seconds: bool) -> Read:
    """Read durations with a unit; without one only where the fact is counted in seconds."""
    values = distinct(texts, lambda text: _duration(text, seconds=seconds), pl.Duration("us"))
    return judged(texts, values, "a duration with its unit, such as 90d")


def _duration(text: str, *, seconds: bool) -> timedelta | None:
    if seconds and text.isascii() and text.isdigit() and len(text) < 12:
        return timedelta(seconds=int(text))
    found = _DURATION.fullmatch(text)
    unit = _UNITS.get(found[2].lower()) if found else None
    return timedelta(seconds=int(found[1]) * unit) if found and unit and int(found[1]) * unit < 10**11 else None


def words(texts: pl.Series, choose: Callable[[str], str | None], legal: str) -> Read:
    """Read texts of a closed list."""
    return judged(texts, distinct(texts, choose, pl.String()), legal)


def serials(texts: pl.Series, base: str | None) -> Read:
    """Read serial numbers as lower hex without leading zeros; digits alone need the mapping to say what they are."""
    if base == "decimal":
        return judged(texts, distinct(texts, _decimal, pl.String()), "a decimal serial number")
    low = texts.str.to_lowercase()
    certain = low.str.contains(r"^[0-9a-f]+$" if base == "hex" else r"^[0-9a-f]*[a-f][0-9a-f]*$").fill_null(value=True)
    values = kept(low.str.strip_chars_start("0"), certain)
    if certain.all() and base != "hex":
        return Read(values, ~certain, "")
    odd = kept(texts, ~certain | (values == ""))
    values = pl.select(
        pl.coalesce(distinct(odd, lambda text: _hexadecimal(text, certain=base == "hex"), pl.String()), values)
    ).to_series()
    read = judged(texts, values, "a serial number")
    return replace(read, ambiguous=read.unread & texts.str.contains(r"^-?\d+$"), advice="`serial: hex` or `serial: decimal`")


def _hexadecimal(text: str, *, certain: bool) -> str | None:
    """Read hex with marks between octets or a prefix; digits alone only where they are known to be hex."""
    low = re.sub(r"(?<=[0-9a-f])[: -](?=[0-9a-f])", "", text.lower())
    found = re.fullmatch(r"(-?)(0x)?([0-9a-f]{1,200})", low)
    told = certain or low != text.lower() or (found is not None and (found[2] or not found[3].isdigit()))
    return f"{found[1]}{found[3].lstrip('0') or '0'}" if found and told else None


def bit_lengths(serials: pl.Series) -> pl.Series:
    """Count the bits of serial numbers in lower hex without leading zeros: four a digit, less what the first digit lacks."""
    hexadecimal = pl.lit(serials)
    lead = pl.when(hexadecimal < "1").then(0).when(hexadecimal < "2").then(1).when(hexadecimal < "4").then(2)
    digits = hexadecimal.str.len_bytes().cast(pl.Int64)
    counted = (digits - 1) * 4 + lead.when(hexadecimal < "8").then(3).otherwise(4)
    bits = pl.select(pl.when(hexadecimal >= "0").then(counted).alias(serials.name)).to_series()
    if bits.null_count() > serials.null_count():
        return distinct(serials, lambda text: _signed_bits(int(text, 16)), pl.Int64())
    return bits


def _signed_bits(number: int) -> int:
    return number.bit_length() if number >= 0 else -number.bit_length()


def _decimal(text: str) -> str | None:
    return format(int(text), "x") if re.fullmatch(r"-?\d{1,100}", text) else None


def fingerprints(texts: pl.Series) -> pl.Series:
    """Write digests as lower hex: from hex with or without marks, or base64."""
    low = texts.str.to_lowercase()
    if low.str.contains(r"[: -]").any():
        low = low.str.replace_all(r"[: -]", "").str.replace(r"^sha-?(?:256|1)(?:fingerprint)?=", "")
    good = low.str.contains(r"^(?:[0-9a-f]{64}|[0-9a-f]{40})$")
    if good.fill_null(value=True).all():
        return low
    standard = texts.str.replace_all("-", "+", literal=True).str.replace_all("_", "/", literal=True).str.strip_chars_end("=")
    padded = pl.select(
        pl.when(standard.str.len_bytes() == 43).then(standard + "=").when(standard.str.len_bytes() == 27).then(standard + "=")
    )
    decoded = padded.to_series().str.decode("base64", strict=False).bin.encode("hex")
    return (
        pl.DataFrame({"good": good, "low": low, "other": decoded})
        .select(pl.when("good").then("low").otherwise("other"))
        .to_series()
    )


def lists(texts: pl.Series, marks: str) -> pl.Series:
    """Split cells that hold several texts; brackets, braces and quotes of tools around them go."""
    bare = kept(texts, ~texts.str.contains(_TYPE_NAME))
    if bare.str.contains(r'^[\[{("]').any():
        bare = bare.str.replace_all(r'[\[\]{}()"]', "")
    one = bare.str.replace_all(marks, "\x1f") if bare.str.contains(marks).any() else bare
    parts = one.str.split("\x1f")
    if one.str.contains("\x1f\x1f|^\x1f|\x1f$|\x1f | \x1f").any():
        parts = parts.list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    return parts
