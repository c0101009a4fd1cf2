"""Distinguished names in the spellings of tools, written as RFC 4514 has them: most specific first, no blanks."""

import re
from collections.abc import Callable

import polars as pl

from scanner.facts import oids
from scanner.facts.names import escaped

_SHORT = {
    "CN": "CN", "COMMONNAME": "CN", "OU": "OU", "ORGANIZATIONALUNITNAME": "OU", "O": "O", "ORGANIZATIONNAME": "O", "L": "L",
    "LOCALITYNAME": "L", "ST": "ST", "S": "ST", "STATEORPROVINCENAME": "ST", "C": "C", "COUNTRYNAME": "C", "DC": "DC",
    "DOMAINCOMPONENT": "DC", "UID": "UID", "USERID": "UID", "STREET": "STREET", "STREETADDRESS": "STREET",
    "E": "1.2.840.113549.1.9.1", "EMAIL": "1.2.840.113549.1.9.1", "EMAILADDRESS": "1.2.840.113549.1.9.1",
    "SERIALNUMBER": "2.5.4.5", "SN": "2.5.4.4", "SURNAME": "2.5.4.4", "GN": "2.5.4.42", "GIVENNAME": "2.5.4.42",
    "T": "2.5.4.12", "TITLE": "2.5.4.12", "POSTALCODE": "2.5.4.17", "BUSINESSCATEGORY": "2.5.4.15", "DNQ": "2.5.4.46",
    "DNQUALIFIER": "2.5.4.46", "JURISDICTIONC": "1.3.6.1.4.1.311.60.2.1.3", "JURISDICTIONST": "1.3.6.1.4.1.311.60.2.1.2",
    "JURISDICTIONL": "1.3.6.1.4.1.311.60.2.1.1", "JURISDICTIONCOUNTRYNAME": "1.3.6.1.4.1.311.60.2.1.3",
    "ORGANIZATIONIDENTIFIER": "2.5.4.97",
}  # fmt: skip
"""Attribute types to what RFC 4514 prints: its nine short names, dotted identifiers for all others."""
_VALUE = r'[^,=\\"+;<>#/\s](?:[^,=\\"+;<>#/]*[^,=\\"+;<>#/\s])?'
_REGULAR = rf"^CN={_VALUE}(?:,(?:CN|OU|O|L|ST|C|DC|UID|STREET)={_VALUE})*$"
"""A name most specific first, blanks after commas gone, with nothing in it that needs an escape."""
_ORGANIZATION = r",O=([^,]*)"
_LONGEST = 10_000
_BLANK = " \t\r\n"
_PART = re.compile(
    rf"[{_BLANK}]*+([A-Za-z][A-Za-z0-9-]*+|\d++(?:\.\d++)++)[{_BLANK}]*+=[{_BLANK}]*+"
    rf'("[^"\\]*+(?:\\.[^"\\]*+)*+"[{_BLANK}]*+|(?:[^,;+\\"]++|\\.)*+)([,;+]|$)',
    re.DOTALL,
)
"""Possessive throughout: hostile cells must not make it try twice."""
_SLASH = re.compile(r"\s*/([A-Za-z][A-Za-z0-9.]*)=")
_ESCAPE = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.DOTALL)


def read(texts: pl.Series) -> pl.DataFrame:
    """Write a column of names in RFC 4514 form, with their common name and organisation; null where a text is none."""
    tight = texts.str.replace_all(", ", ",", literal=True)
    comma = tight.str.find(",", literal=True)
    rest = pl.select(tight.str.slice(comma + 1)).to_series()
    second = rest.str.starts_with("O=")
    ends = pl.select(rest.str.find(",", literal=True).fill_null(_LONGEST)).to_series().cast(pl.Int64)
    frame = pl.DataFrame({"text": texts, "tight": tight, "comma": comma, "rest": rest, "second": second, "ends": ends}).select(
        "text",
        regular=pl.col("tight").str.contains(_REGULAR),
        dn="tight",
        cn=pl.col("tight").str.slice(3, (pl.col("comma").cast(pl.Int64).fill_null(_LONGEST) - 3).clip(0)),
        o=pl.when("second").then(pl.col("rest").str.slice(2, (pl.col("ends") - 2).clip(0))),
        deeper=~pl.col("second"),
    )
    frame = _patched(frame, frame["regular"] & frame["deeper"].fill_null(value=False), _deeper)
    return _patched(frame, ~frame["regular"].fill_null(value=True), _careful).select("dn", "cn", "o")


def _patched(frame: pl.DataFrame, odd: pl.Series, read: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """Replace what was read of the odd rows, each distinct text read once."""
    if not odd.any():
        return frame
    known = frame.filter(odd).select("text", "dn").unique("text")
    better = read(known["text"])
    names = better.columns
    joined = frame.join(known.select("text").hstack(better), on="text", how="left", maintain_order="left", suffix="_better")
    return joined.select(
        *(name for name in frame.columns if name not in names),
        *(pl.when(odd).then(f"{name}_better").otherwise(name).alias(name) for name in names),
    )


def _deeper(texts: pl.Series) -> pl.DataFrame:
    """Find an organisation that does not stand right behind the common name."""
    return pl.DataFrame({"o": texts.str.replace_all(", ", ",", literal=True).str.extract(_ORGANIZATION)})


def _careful(texts: pl.Series) -> pl.DataFrame:
    return pl.DataFrame([parse(text) for text in texts], schema=dict.fromkeys(("dn", "cn", "o"), pl.String()), orient="row")


def parse(text: str) -> tuple[str | None, str | None, str | None]:
    """Write one name in RFC 4514 form, and take its most specific common name and organisation."""
    if len(text) > _LONGEST:
        return None, None, None
    if _SLASH.match(text):
        found = _SLASH.split(text.strip())[1:]
        parts = [[(_type(name), value)] for name, value in zip(found[::2], found[1::2], strict=True)][::-1]
    else:
        listed = _listed(text)
        if listed is None:
            return None, None, None
        first, last = listed[0][0][0], listed[-1][0][0]
        parts = listed[::-1] if first != last and (last == "CN" or first == "C") else listed
    told = [(name, value) for part in parts for name, value in part if value]
    common, organization = (next((value for name, value in told if name == wanted), None) for wanted in ("CN", "O"))
    written = ",".join("+".join(f"{name}={escaped(value)}" for name, value in part) for part in parts)
    return written, common, organization


def _type(name: str) -> str:
    return oids.ATTRIBUTES.get(name) or _SHORT.get(name.upper(), name)


def _listed(text: str) -> list[list[tuple[str, str]]] | None:
    """Split a comma form into its parts, each of one or more attributes."""
    parts: list[list[tuple[str, str]]] = [[]]
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or found.end() == at:
            return None
        parts[-1].append((_type(found[1]), _value(found[2])))
        if found[3] and found[3] != "+":
            parts.append([])
        at = found.end()
    return [part for part in parts if part] or None


def _value(text: str) -> str:
    """Take quotes, blanks around and escapes off a value (RFC 4514 section 3); a blank that is escaped is its own."""
    bare = text.rstrip(_BLANK)
    if bare.startswith('"'):
        bare = bare[1:-1]
    elif len(bare) < len(text) and (len(bare) - len(bare.rstrip("\\"))) % 2:
        bare = text[: len(bare) + 1]
    return _ESCAPE.sub(_meant, bare)


def _meant(escape: re.Match[str]) -> str:
    return bytes.fromhex(escape[1].replace("\\", "")).decode("utf-8", "replace") if escape[1] else escape[2]
