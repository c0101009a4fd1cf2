"""Columns of host names and alternative names: lists in many spellings, sorted by how each name looks."""

import re

import polars as pl

from scanner.importers import _cells
from scanner.importers._cells import Facts, Read
from scanner.inventory import hostname

LIST = r"\s*[;|\n\r,]\s*|\s+"
_PREFIXES = r"(?i)\b(?:dns|dns name|ip|ip address|email|rfc822 name|uri|url)\s*[:=]\s*"
_ADDRESS = r"^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)$"
_HOST = r"^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$"


def mixed(texts: pl.Series) -> Facts:
    """Sort names of any sort by how they look."""
    mark = _mark(texts)
    if texts.str.contains(_regular(mark)).fill_null(value=True).all():
        return {"san.dns": _cells.text(texts.str.split(mark))}
    parts = _cells.lists(texts.str.replace_all(_PREFIXES, ""), LIST)
    one = pl.element()
    sorts = {
        "san.ip": one.str.contains(_ADDRESS),
        "san.email": one.str.contains("@", literal=True) & ~one.str.contains("://", literal=True),
        "san.uri": one.str.contains("://", literal=True),
    }
    masks = {"san.dns": ~pl.any_horizontal(*sorts.values()), **sorts}
    split = pl.DataFrame({"parts": parts}).select(
        **{name: pl.col("parts").list.eval(one.filter(mask)) for name, mask in masks.items()}
    )
    unread = texts.is_not_null() & parts.is_null()
    found = {name: _cells.text(split[name]) for name in sorts}
    return {"san.dns": Read(_dns(split["san.dns"]), unread, "a list of names"), **found}


def dns_names(texts: pl.Series) -> Facts:
    mark = _mark(texts)
    parts = texts.str.split(mark)
    odd = ~texts.str.contains(_regular(mark)).fill_null(value=True)
    if not odd.any():
        return {"san.dns": _cells.text(parts)}
    careful = _dns(_cells.lists(_cells.kept(texts, odd).str.replace_all(_PREFIXES, ""), LIST))
    patched = pl.select(pl.when(odd).then(careful).otherwise(parts)).to_series()
    return {"san.dns": _cells.judged(texts, patched, "a list of DNS names")}


def _mark(texts: pl.Series) -> str:
    """Guess from the first cells what stands between names; what does not fit is read with care."""
    sample = texts.drop_nulls().head(200).str.join("\n").item() if texts.null_count() < len(texts) else ""
    return next((mark for mark in (", ", ";", ",", "|") if mark in sample), " ")


def _regular(mark: str) -> str:
    """Match names in lower case without final dot, parted by one mark, of which none is an address."""
    name = r"(?:\*\.)?(?:[a-z0-9_-]+\.)*[a-z][a-z0-9-]*"
    return f"^(?:{name}{re.escape(mark)})*{name}$"


def _dns(names: pl.Series) -> pl.Series:
    """Write DNS names in lower case without a final dot."""
    return names.list.eval(pl.element().str.to_lowercase().str.strip_suffix("."))


def host(texts: pl.Series) -> Facts:
    """Take a host name, an address, `host:port` or a URL; a port in it is the endpoint's."""
    low = texts.str.to_lowercase().str.strip_chars_end(".")
    good = low.str.contains(_HOST).fill_null(value=True)
    if good.all():
        return {"host": _cells.text(low)}
    shape = pl.Struct({"host": pl.String(), "port": pl.Int64()})
    odd = _cells.distinct(_cells.kept(texts, ~good), _address, shape).struct.unnest()
    names = pl.select(pl.coalesce(odd["host"], _cells.kept(low, good))).to_series()
    return {"host": _cells.judged(texts, names, "a host name or address"), "port": _cells.text(odd["port"])}


def _address(text: str) -> dict[str, object]:
    bare = re.sub(r"^[a-z][a-z0-9+.-]*://|[/?#].*$", "", text.strip(), flags=re.IGNORECASE)
    port = re.fullmatch(r"(\[[^\]]+\]|[^:]+):(\d{1,5})", bare)
    host = hostname.normal(port[1] if port else bare)
    known = re.fullmatch(r"[a-z0-9_.:%-]{1,253}", host) is not None and not host.startswith((".", "-"))
    number = int(port[2]) if port else None
    scheme = 443 if number is None and text.lower().startswith("https://") else None
    legal = number is None or 0 < number < 65536
    return {"host": host if known and legal else None, "port": (number or scheme) if known and legal else None}
