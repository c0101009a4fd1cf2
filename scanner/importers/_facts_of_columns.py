"""One column of an inventory to the facts it tells: by the type of the fact, or by the column's own rules."""

import re
from collections.abc import Callable

import polars as pl

from scanner import tables
from scanner import vocabulary as words
from scanner.importers import _algorithm_names, _cells, _dates, _distinguished_names
from scanner.importers._cells import Read
from scanner.importers._mapping import InventoryMapping
from scanner.importers._synonyms import FINGERPRINT, ISSUER, SAN, SUBJECT
from scanner.inventory import hostname

Facts = dict[str, Read]
_LIST = r"\s*[;|\n\r,]\s*|\s+"
_NAMED_LIST = r"\s*[;|\n\r,]\s*"
"""Names of purposes have blanks in them."""
_PREFIXES = r"(?i)\b(?:dns|dns name|ip|ip address|email|rfc822 name|uri|url)\s*[:=]\s*"
_ADDRESS = r"^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)$"
_HOST = r"^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$"
_BOUNDS = {"port": (1, 65535), "key.bits": (1, 1_000_000), "key.exponent": (1, 2**62), "version": (1, 3)}


def read(kind: str, name: str, texts: pl.Series, mapping: InventoryMapping) -> Facts:
    """Read a column; where a cell cannot be read, the caller tries again without the blanks around it."""
    special = _SPECIAL.get(name)
    if special is not None:
        return special(texts, mapping)
    fact = tables.fact(kind, name)
    if fact is None:
        return {name: _text(_cells.trimmed(texts))}
    return _typed(fact, texts, mapping)


def _typed(fact: tables.Fact, texts: pl.Series, mapping: InventoryMapping) -> Facts:
    name, kind = fact.name, fact.type.name
    if kind == "instant":
        dates = _dates.read(texts, mapping.dates)
        advice = "`dates: {format: day-first}` or `month-first`"
        return {name: Read(dates.instants, dates.unread, "a date", dates.untold, advice, dates.precise)}
    if kind == "integer":
        return {name: _cells.integers(texts, *_BOUNDS.get(name, (0, 2**62)))}
    if kind == "boolean":
        return {name: _cells.booleans(texts)}
    if kind == "duration":
        return {name: _cells.durations(texts, seconds=name == "hsts.max_age")}
    if kind == "list" and fact.type.element is not None:
        return {name: _list(texts, fact.type.element)}
    return {name: _choice(texts, fact.type) if fact.type.values else _text(_cells.trimmed(texts))}


def _text(texts: pl.Series) -> Read:
    return Read(texts, pl.repeat(False, len(texts), eager=True, dtype=pl.Boolean), "a text")  # noqa: FBT003 - the value to be repeated


def _choice(texts: pl.Series, type_: tables.Type) -> Read:
    pattern = re.compile(type_.pattern) if type_.pattern else None
    legal = f"one of {', '.join(type_.values[:6])}{' …' if len(type_.values) > 6 else ''}"

    def choose(text: str) -> str | None:
        return _algorithm_names.word(text, type_.values) or (text if pattern and pattern.fullmatch(text) else None)

    return _cells.words(texts, choose, legal)


def _list(texts: pl.Series, element: tables.Type) -> Read:
    if not element.values:
        return _cells.judged(texts, _cells.lists(texts, _LIST if element.name != "text" else _NAMED_LIST), "a list of texts")
    pattern = re.compile(element.pattern) if element.pattern else None

    def choose(text: str) -> list[str] | None:
        parts = [part for part in re.split(_NAMED_LIST, re.sub(r'[\[\]{}"]', "", text).strip()) if part]
        found = [_algorithm_names.word(part, element.values) or (part if pattern and pattern.fullmatch(part) else None) for part in parts]
        return None if None in found else [one for one in found if one is not None]

    return _cells.judged(texts, _cells.distinct(texts, choose, pl.List(pl.String())), f"words of {', '.join(element.values[:4])} …")


def _subject(texts: pl.Series, _: InventoryMapping) -> Facts:
    """Take a DN apart; a text that is none is the name itself."""
    found = _name(texts, "subject")
    bare = _bare(texts, found["subject.dn"])
    if bare is not None:
        found["subject.cn"] = _text(pl.select(pl.coalesce(found["subject.cn"].values, bare)).to_series())
    return found


def _issuer(texts: pl.Series, _: InventoryMapping) -> Facts:
    """Take a DN apart; a bare text may be a common name or an organisation, so it stays a label."""
    found = _name(texts, "issuer")
    bare = _bare(texts, found["issuer.dn"])
    return found | ({} if bare is None else {"labels.issuer": _text(bare)})


def _bare(texts: pl.Series, names: Read) -> pl.Series | None:
    """Take the texts that are no DN and do not try to be one; null where there are none."""
    mask = names.values.is_null() & texts.is_not_null() & ~names.unread
    return _cells.trimmed(_cells.kept(texts, mask)) if mask.any() else None


def _name(texts: pl.Series, whose: str) -> Facts:
    if texts.approx_n_unique() * 4 < len(texts):
        few = texts.unique()
        lookup = _distinguished_names.read(few).with_columns(text=few)
        names = pl.DataFrame({"text": texts}).join(lookup, on="text", how="left", maintain_order="left", nulls_equal=True)
    else:
        names = _distinguished_names.read(texts)
    unread = names["dn"].is_null() & texts.is_not_null()
    if unread.any():
        unread &= texts.str.contains("=", literal=True).fill_null(value=False)
    return {
        f"{whose}.dn": Read(names["dn"], unread, "a distinguished name"),
        f"{whose}.cn": _text(names["cn"]),
        f"{whose}.organization": _text(names["o"]),
    }


def _serial(texts: pl.Series, mapping: InventoryMapping) -> Facts:
    read = _cells.serials(texts, mapping.serial)
    return {"serial": read, "serial_bits": _text(_cells.bit_lengths(read.values))}


def _fingerprint(texts: pl.Series, _: InventoryMapping) -> Facts:
    """Tell SHA-256 and SHA-1 apart by their length; the second is only a label."""
    digests = _cells.fingerprints(texts)
    size = digests.str.len_bytes()
    sha256 = _cells.kept(digests, size == 64)
    facts: Facts = {"fingerprint_sha256": Read(sha256, texts.is_not_null() & digests.is_null(), "a SHA-256 or SHA-1 digest")}
    return facts | ({"labels.thumbprint_sha1": _text(_cells.kept(digests, size == 40))} if (size == 40).any() else {})


def _spki(texts: pl.Series, _: InventoryMapping) -> Facts:
    digests = _cells.fingerprints(texts)
    return {"key.spki_sha256": _cells.judged(texts, _cells.kept(digests, digests.str.len_bytes() == 64), "a SHA-256 digest")}


def _key(texts: pl.Series, _: InventoryMapping) -> Facts:
    shape = {"algorithm": pl.String(), "bits": pl.Int64(), "curve": pl.String(), "safe": pl.Boolean()}

    def apart(text: str) -> dict[str, object]:
        algorithm, bits, curve = _algorithm_names.key(text)
        return {"algorithm": algorithm, "bits": bits, "curve": curve, "safe": _algorithm_names.is_quantum_safe(algorithm)}

    found = _cells.distinct(texts, apart, pl.Struct(shape)).struct.unnest()
    algorithm = _cells.judged(texts, found["algorithm"], "the algorithm of a key")
    implied = {"key.bits": "bits", "key.curve": "curve", "key.quantum_safe": "safe"}
    return {"key.algorithm": algorithm, **{name: _text(found[part]) for name, part in implied.items()}}


def _curve(texts: pl.Series, _: InventoryMapping) -> Facts:
    return {"key.curve": _cells.words(texts, _algorithm_names.curve, f"one of {', '.join(words.CURVES[:5])} …")}


def _signature(texts: pl.Series, _: InventoryMapping) -> Facts:
    shape = {"algorithm": pl.String(), "hash": pl.String(), "safe": pl.Boolean()}

    def apart(text: str) -> dict[str, object]:
        algorithm, digest = _algorithm_names.signature(text)
        return {"algorithm": algorithm, "hash": digest, "safe": _algorithm_names.is_quantum_safe(algorithm)}

    found = _cells.distinct(texts, apart, pl.Struct(shape)).struct.unnest()
    known = pl.select(pl.coalesce(found["algorithm"], found["hash"])).to_series()
    algorithm = Read(found["algorithm"], _cells.judged(texts, known, "").unread, "a signature algorithm")
    implied = {"signature.hash": "hash", "signature.quantum_safe": "safe"}
    return {"signature.algorithm": algorithm, **{name: _text(found[part]) for name, part in implied.items()}}


def _hash(texts: pl.Series, _: InventoryMapping) -> Facts:
    return {"signature.hash": _cells.words(texts, _algorithm_names.hash_name, f"one of {', '.join(words.HASHES[:8])} …")}


def _purposes(texts: pl.Series, _: InventoryMapping) -> Facts:
    def choose(text: str) -> list[str] | None:
        parts = [part for part in re.split(_NAMED_LIST, re.sub(r'[\[\]{}"]', "", text).strip()) if part]
        found = [_algorithm_names.purpose(part) for part in parts]
        return None if None in found or not found else [one for one in found if one is not None]

    read = _cells.judged(texts, _cells.distinct(texts, choose, pl.List(pl.String())), "purposes such as serverAuth, clientAuth or OIDs")
    return {"extended_key_usage": read}


def _names(texts: pl.Series, _: InventoryMapping) -> Facts:
    """Sort names of any sort by how they look."""
    mark = _mark(texts)
    if texts.str.contains(_regular(mark)).fill_null(value=True).all():
        return {"san.dns": _text(texts.str.split(mark))}
    parts = _cells.lists(texts.str.replace_all(_PREFIXES, ""), _LIST)
    one = pl.element()
    sorts = {
        "san.ip": one.str.contains(_ADDRESS),
        "san.email": one.str.contains("@", literal=True) & ~one.str.contains("://", literal=True),
        "san.uri": one.str.contains("://", literal=True),
    }
    masks = {"san.dns": ~pl.any_horizontal(*sorts.values()), **sorts}
    split = pl.DataFrame({"parts": parts}).select(**{name: pl.col("parts").list.eval(one.filter(mask)) for name, mask in masks.items()})
    unread = texts.is_not_null() & parts.is_null()
    found = {name: _text(split[name]) for name in sorts}
    return {"san.dns": Read(_dns(split["san.dns"]), unread, "a list of names"), **found}


def _dns_names(texts: pl.Series, _: InventoryMapping) -> Facts:
    mark = _mark(texts)
    parts = texts.str.split(mark)
    odd = ~texts.str.contains(_regular(mark)).fill_null(value=True)
    if not odd.any():
        return {"san.dns": _text(parts)}
    careful = _dns(_cells.lists(_cells.kept(texts, odd).str.replace_all(_PREFIXES, ""), _LIST))
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


def _host(texts: pl.Series, _: InventoryMapping) -> Facts:
    """Take a host name, an address, `host:port` or a URL; a port in it is the endpoint's."""
    low = texts.str.to_lowercase().str.strip_chars_end(".")
    good = low.str.contains(_HOST).fill_null(value=True)
    if good.all():
        return {"host": _text(low)}
    shape = pl.Struct({"host": pl.String(), "port": pl.Int64()})
    odd = _cells.distinct(_cells.kept(texts, ~good), _address, shape).struct.unnest()
    host = pl.select(pl.coalesce(odd["host"], _cells.kept(low, good))).to_series()
    return {"host": _cells.judged(texts, host, "a host name or address"), "port": _text(odd["port"])}


def _address(text: str) -> dict[str, object]:
    bare = re.sub(r"^[a-z][a-z0-9+.-]*://|[/?#].*$", "", text.strip(), flags=re.IGNORECASE)
    port = re.fullmatch(r"(\[[^\]]+\]|[^:]+):(\d{1,5})", bare)
    host = hostname.normal(port[1] if port else bare)
    known = re.fullmatch(r"[a-z0-9_.:%-]{1,253}", host) is not None and not host.startswith((".", "-"))
    number = int(port[2]) if port else None
    scheme = 443 if number is None and text.lower().startswith("https://") else None
    legal = number is None or 0 < number < 65536
    return {"host": host if known and legal else None, "port": (number or scheme) if known and legal else None}


_SPECIAL: dict[str, Callable[[pl.Series, InventoryMapping], Facts]] = {
    SUBJECT: _subject,
    "subject.dn": _subject,
    ISSUER: _issuer,
    "issuer.dn": _issuer,
    "serial": _serial,
    FINGERPRINT: _fingerprint,
    "fingerprint_sha256": _fingerprint,
    "key.spki_sha256": _spki,
    "key.algorithm": _key,
    "key.curve": _curve,
    "signature.algorithm": _signature,
    "signature.hash": _hash,
    "extended_key_usage": _purposes,
    SAN: _names,
    "san.dns": _dns_names,
    "host": _host,
}
