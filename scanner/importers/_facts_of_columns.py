"""One column of an inventory to the facts it tells: by the type of the fact, or by the column's own rules."""

import re
from collections.abc import Callable

import polars as pl

from scanner import tables
from scanner import vocabulary as words
from scanner.importers import _algorithm_names, _cells, _dates, _distinguished_names, _host_names
from scanner.importers._cells import Facts, Read
from scanner.importers._key_protection import key_protection
from scanner.importers._mapping import InventoryMapping
from scanner.importers._synonyms import FINGERPRINT, ISSUER, SAN, SUBJECT

_NAMED_LIST = r"\s*[;|\n\r,]\s*"
"""Names of purposes have blanks in them."""
_BOUNDS = {"port": (1, 65535), "key.bits": (1, 1_000_000), "key.exponent": (1, 2**62), "version": (1, 3)}


def read(kind: str, name: str, texts: pl.Series, mapping: InventoryMapping) -> Facts:
    """Read a column; where a cell cannot be read, the caller tries again without the blanks around it."""
    special = _SPECIAL.get(name)
    if special is not None:
        return special(texts, mapping)
    fact = tables.fact(kind, name)
    if fact is None:
        return {name: _cells.text(_cells.trimmed(texts))}
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
    return {name: _choice(texts, fact.type) if fact.type.values else _cells.text(_cells.trimmed(texts))}


def _choice(texts: pl.Series, type_: tables.Type) -> Read:
    pattern = re.compile(type_.pattern) if type_.pattern else None
    legal = f"one of {', '.join(type_.values[:6])}{' …' if len(type_.values) > 6 else ''}"

    def choose(text: str) -> str | None:
        return _algorithm_names.word(text, type_.values) or (text if pattern and pattern.fullmatch(text) else None)

    return _cells.words(texts, choose, legal)


def _list(texts: pl.Series, element: tables.Type) -> Read:
    if not element.values:
        return _cells.judged(texts, _cells.lists(texts, _NAMED_LIST), "a list of texts")
    pattern = re.compile(element.pattern) if element.pattern else None

    def choose(text: str) -> list[str] | None:
        parts = _parts(text)
        found = [
            _algorithm_names.word(part, element.values) or (part if pattern and pattern.fullmatch(part) else None)
            for part in parts
        ]
        return None if None in found else [one for one in found if one is not None]

    return _cells.judged(
        texts, _cells.distinct(texts, choose, pl.List(pl.String())), f"words of {', '.join(element.values[:4])} …"
    )


def _parts(text: str) -> list[str]:
    return [part for part in re.split(_NAMED_LIST, re.sub(r'[\[\]{}"]', "", text).strip()) if part]


def _dotted(name: str) -> Callable[[pl.Series, InventoryMapping], Facts]:
    """Read a list of object identifiers; a list of other names would pass for one in which none of them stands."""

    def choose(text: str) -> list[str] | None:
        parts = _parts(text)
        return parts if parts and all(re.fullmatch(words.OID, part) for part in parts) else None

    def lists(texts: pl.Series, _: InventoryMapping) -> Facts:
        read = _cells.distinct(texts, choose, pl.List(pl.String()))
        return {name: _cells.judged(texts, read, "object identifiers such as 2.5.29.17")}

    return lists


def _subject(texts: pl.Series, _: InventoryMapping) -> Facts:
    """Take a DN apart; a text that is none is the name itself."""
    found = _name(texts, "subject")
    bare = _bare(texts, found["subject.dn"])
    if bare is not None:
        found["subject.cn"] = _cells.text(pl.select(pl.coalesce(found["subject.cn"].values, bare)).to_series())
    return found


def _issuer(texts: pl.Series, _: InventoryMapping) -> Facts:
    """Take a DN apart; a bare text may be a common name or an organisation, so it stays a label."""
    found = _name(texts, "issuer")
    bare = _bare(texts, found["issuer.dn"])
    return found | ({} if bare is None else {"labels.issuer": _cells.text(bare)})


def _bare(texts: pl.Series, names: Read) -> pl.Series | None:
    """Take the texts that are no DN and do not try to be one; null where there are none."""
    mask = names.values.is_null() & texts.is_not_null() & ~names.unread
    return _cells.trimmed(_cells.kept(texts, mask)) if mask.any() else None


def _name(texts: pl.Series, whose: str) -> Facts:
    if int(pl.select(pl.lit(texts).approx_n_unique()).item()) * 4 < len(texts):
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
        f"{whose}.cn": _cells.text(names["cn"]),
        f"{whose}.organization": _cells.text(names["o"]),
    }


def _serial(texts: pl.Series, mapping: InventoryMapping) -> Facts:
    read = _cells.serials(texts, mapping.serial)
    return {"serial": read, "serial_bits": _cells.text(_cells.bit_lengths(read.values))}


def _fingerprint(texts: pl.Series, _: InventoryMapping) -> Facts:
    """Tell SHA-256 and SHA-1 apart by their length; the second is only a label."""
    digests = _cells.fingerprints(texts)
    size = digests.str.len_bytes()
    sha256 = _cells.kept(digests, size == 64)
    facts: Facts = {"fingerprint_sha256": Read(sha256, texts.is_not_null() & digests.is_null(), "a SHA-256 or SHA-1 digest")}
    return facts | ({"labels.thumbprint_sha1": _cells.text(_cells.kept(digests, size == 40))} if bool((size == 40).any()) else {})


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
    return {"key.algorithm": algorithm, **{name: _cells.text(found[part]) for name, part in implied.items()}}


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
    return {"signature.algorithm": algorithm, **{name: _cells.text(found[part]) for name, part in implied.items()}}


def _hash(texts: pl.Series, _: InventoryMapping) -> Facts:
    return {"signature.hash": _cells.words(texts, _algorithm_names.hash_name, f"one of {', '.join(words.HASHES[:8])} …")}


def _purposes(texts: pl.Series, _: InventoryMapping) -> Facts:
    def choose(text: str) -> list[str] | None:
        parts = _parts(text)
        found = [_algorithm_names.purpose(part) for part in parts]
        return None if None in found or not found else [one for one in found if one is not None]

    read = _cells.judged(
        texts, _cells.distinct(texts, choose, pl.List(pl.String())), "purposes such as serverAuth, clientAuth or OIDs"
    )
    return {"extended_key_usage": read}


def _protection(texts: pl.Series, _: InventoryMapping) -> Facts:
    return {"private_key_protection": _cells.words(texts, key_protection, f"one of {', '.join(words.KEY_PROTECTIONS)}")}


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
    SAN: lambda texts, _: _host_names.mixed(texts),
    "san.dns": lambda texts, _: _host_names.dns_names(texts),
    "private_key_protection": _protection,
    **{name: _dotted(name) for name in ("extensions", "critical_extensions", "policy_oids")},
    "host": lambda texts, _: _host_names.host(texts),
}
