"""Distinguished names in the spellings of tools, written as RFC 4514 has them: most specific first, no blanks, known short names."""

import re

import polars as pl

_SHORT = {
    "CN": "CN", "COMMONNAME": "CN", "OU": "OU", "ORGANIZATIONALUNITNAME": "OU", "O": "O", "ORGANIZATIONNAME": "O", "L": "L",
    "LOCALITYNAME": "L", "ST": "ST", "S": "ST", "STATEORPROVINCENAME": "ST", "C": "C", "COUNTRYNAME": "C", "DC": "DC",
    "DOMAINCOMPONENT": "DC", "UID": "UID", "USERID": "UID", "STREET": "STREET", "STREETADDRESS": "STREET",
    "E": "1.2.840.113549.1.9.1", "EMAIL": "1.2.840.113549.1.9.1", "EMAILADDRESS": "1.2.840.113549.1.9.1", "SERIALNUMBER": "2.5.4.5",
    "SN": "2.5.4.4", "SURNAME": "2.5.4.4", "GN": "2.5.4.42", "GIVENNAME": "2.5.4.42", "T": "2.5.4.12", "TITLE": "2.5.4.12",
    "POSTALCODE": "2.5.4.17", "BUSINESSCATEGORY": "2.5.4.15", "DNQ": "2.5.4.46", "DNQUALIFIER": "2.5.4.46",
    "JURISDICTIONC": "1.3.6.1.4.1.311.60.2.1.3", "JURISDICTIONST": "1.3.6.1.4.1.311.60.2.1.2", "JURISDICTIONL": "1.3.6.1.4.1.311.60.2.1.1",
    "JURISDICTIONCOUNTRYNAME": "1.3.6.1.4.1.311.60.2.1.3", "ORGANIZATIONIDENTIFIER": "2.5.4.97",
}  # fmt: skip
"""Attribute types to what RFC 4514 prints: its nine short names, dotted identifiers for all others."""
_PLAIN = r'^(?:(?:CN|OU|O|L|ST|C|DC|UID|STREET)=[^,=\\"+;<>#/]+(?:,|$))+$'
"""A name in RFC 4514 form without anything to escape; blanks within it are its own."""
_REVERSED = r"^(?:(?:C|DC|O|ST|L|OU)=.*,CN=[^,]*|C=[^,]*,.*,?(?:OU|O|L|ST)=[^,]*)$"
"""Most general first, as OpenSSL prints: the common name stands last, or the country first and not last."""
_PART = re.compile(r'\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*("(?:[^"\\]|\\.)*"|(?:[^,;+\\"]|\\.)*)\s*([,;+]|$)')
_SLASH = re.compile(r"/([A-Za-z][A-Za-z0-9.]*)=")
_ESCAPED = re.compile(r'([,+"\\<>;])')


def read(texts: pl.Series) -> pl.Series:
    """Write a column of names in RFC 4514 form; null where a text is no distinguished name."""
    tight = texts.str.replace_all(", ", ",", literal=True)
    good = tight.str.contains(_PLAIN) & ~tight.str.contains(_REVERSED)
    if good.fill_null(value=True).all():
        return tight
    odd = texts.filter(~good.fill_null(value=True)).unique()
    lookup = pl.DataFrame({"text": odd, "dn": pl.Series([parse(text) for text in odd], dtype=pl.String)})
    frame = pl.DataFrame({"text": texts, "tight": tight, "good": good}).join(lookup, on="text", how="left", maintain_order="left")
    return frame.select(pl.when("good").then("tight").otherwise("dn").alias(texts.name)).to_series()


def parse(text: str) -> str | None:
    """Write one name in RFC 4514 form."""
    if text.startswith("/") and _SLASH.match(text):
        found = _SLASH.split(text)[1:]
        parts = [[(name, value)] for name, value in zip(found[::2], found[1::2], strict=True)][::-1]
    else:
        listed = _listed(text)
        if listed is None:
            return None
        first, last = (_SHORT.get(listed[index][0][0].upper()) for index in (0, -1))
        general_first = first != last and (last == "CN" or first == "C")
        parts = listed[::-1] if general_first else listed
    return ",".join("+".join(f"{_SHORT.get(name.upper(), name)}={_escape(value)}" for name, value in part) for part in parts)


def _listed(text: str) -> list[list[tuple[str, str]]] | None:
    """Split a comma form into its parts, each of one or more attributes."""
    parts: list[list[tuple[str, str]]] = [[]]
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or found.end() == at:
            return None
        parts[-1].append((found[1], _value(found[2])))
        if found[3] and found[3] != "+":
            parts.append([])
        at = found.end()
    return [part for part in parts if part] or None


def _value(text: str) -> str:
    bare = text[1:-1] if text.startswith('"') else text.rstrip()
    return re.sub(r"\\(.)", r"\1", bare)


def _escape(value: str) -> str:
    escaped = _ESCAPED.sub(r"\\\1", value)
    if escaped.startswith(("#", " ")):
        escaped = "\\" + escaped
    return escaped[:-1] + "\\ " if escaped.endswith(" ") and len(escaped) > 1 else escaped


def attribute(dns: pl.Series, name: str) -> pl.Series:
    """Take the most specific value of CN or O out of names in RFC 4514 form."""
    found = dns.str.extract(rf"(?:^|,){name}=((?:[^,+\\]|\\.)*)")
    if found.str.contains("\\", literal=True).any():
        found = found.str.replace_all(r"\\(.)", "$1")
    return found.replace("", None)
