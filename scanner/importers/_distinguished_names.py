"""Distinguished names in the spellings of tools, written as RFC 4514 has them: most specific first, no blanks."""

import re

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
_ORDINARY = r'[^ =\\"+;<>#/\t\n\r]'
_REGULAR = rf"^CN={_ORDINARY}+(?: +{_ORDINARY}+)*$"
"""A common name in front that needs no care: no blanks around it, nothing in it that could be escaped or quoted."""
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
    """Write a column of names in RFC 4514 form, with their common name and organisation; null where a text is none.

    Names of one inventory differ in the common name in front and share what follows: that is parsed once per distinct tail,
    and so is a whole name in which anything is odd.
    """
    parts = texts.str.splitn(",", 2).struct.unnest().rename({"field_0": "head", "field_1": "tail"})
    tails = parts["tail"].unique()
    known = [("dn", pl.String()), ("o", pl.String())]
    lookup = pl.DataFrame([_tail(tail) for tail in tails], schema=known, orient="row").with_columns(tail=tails)
    frame = parts.join(lookup, on="tail", how="left", maintain_order="left", nulls_equal=True).select(
        (pl.col("head").str.contains(_REGULAR) & pl.col("dn").is_not_null()).alias("regular"),
        pl.concat_str("head", "dn").alias("dn"),
        pl.col("head").str.slice(3).alias("cn"),
        pl.when(pl.col("head").is_not_null()).then("o").alias("o"),
    )
    odd = texts.is_not_null() & ~frame["regular"].fill_null(value=False)
    return (_patched(frame.with_columns(text=texts), odd) if odd.any() else frame).select("dn", "cn", "o")


def _tail(tail: str | None) -> tuple[str | None, str | None]:
    """Parse what follows a common name and its comma: how it is written, and the organisation in it."""
    dn, _, organization = parse("CN=x" if tail is None else f"CN=x,{tail}")
    return (dn.removeprefix("CN=x"), organization) if dn is not None and dn.startswith("CN=x") else (None, None)


def _patched(frame: pl.DataFrame, odd: pl.Series) -> pl.DataFrame:
    """Parse the odd names, each distinct one once."""
    texts = frame["text"].filter(odd).unique()
    shape = dict.fromkeys(("dn", "cn", "o"), pl.String())
    parsed = pl.DataFrame([parse(text) for text in texts], schema=shape, orient="row").with_columns(text=texts)
    joined = frame.join(parsed, on="text", how="left", maintain_order="left", suffix="_parsed")
    return joined.select("text", *(pl.when(odd).then(f"{name}_parsed").otherwise(name).alias(name) for name in shape))


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
