"""X.509 certificates to a table of facts (RFC 5280): a strict walk over the bytes, with the documented library as gate.

What cannot be read is a problem and its facts are unknown; everything else of the same certificate is kept.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

import polars as pl
from cryptography.x509 import load_der_x509_certificate

from scanner import tables
from scanner.facts import der, extensions, keys, names, oids
from scanner.facts.columns import NOTHING, SEPARATOR, packed, unpacked
from scanner.tables import Origin

MOST_BYTES = 1_000_000
MOST_EXTENSIONS = 500
_EPOCH = datetime(1970, 1, 1).toordinal()  # noqa: DTZ001 - a day count
_SECOND = 1_000_000
DECODED = tuple(name for name, fact in tables.FACTS["certificate"].items() if fact.origin is Origin.DECODED)
_LISTS = tuple(name for name in DECODED if tables.FACTS["certificate"][name].type.name == "list")
_FROM_EXTENSIONS: dict[str, object] = {
    **dict.fromkeys(_LISTS, NOTHING),
    "is_ca": False,
    "path_length": None,
    "san.other": 0,
    "wildcard": False,
    "validation": None,
    "revocation.must_staple": False,
    "sct_count": 0,
    "earliest_sct": None,
}
"""What a certificate without extensions says."""
_UNREAD = dict.fromkeys(DECODED)


@dataclass(frozen=True, slots=True)
class Decoded:
    """One row per given certificate, in order, and what could not be read: index and sentence."""

    frame: pl.DataFrame
    problems: list[tuple[int, str]]


def read(ders: Sequence[bytes]) -> Decoded:
    """Decode certificates to a table; broken bytes give a row of unknowns and a problem, never an error."""
    problems: list[tuple[int, str]] = []
    rows: list[dict[str, object]] = []
    unknown: list[list[str] | None] = []
    decoded: list[bool] = []
    with warnings.catch_warnings():
        # NOTE: the library warns of oddities (negative serials, odd parameters) that are facts here.
        warnings.simplefilter("ignore")
        for index, data in enumerate(ders):
            walk = _Walk(data)
            walk.run()
            problems += [(index, text) for text in walk.problems]
            rows.append(walk.facts)
            unknown.append(walk.unknown or None)
            decoded.append(walk.whole)
    return Decoded(_frame(ders, rows, unknown, decoded), problems)


def _frame(
    ders: Sequence[bytes], rows: list[dict[str, object]], unknown: list[list[str] | None], decoded: list[bool]
) -> pl.DataFrame:
    schema = tables.schema("certificate")
    columns = []
    for name in DECODED:
        values = [row[name] for row in rows]
        if name in _LISTS:
            series = unpacked(values)  # type: ignore[arg-type]
        elif schema[name] in {pl.Datetime("us", "UTC"), pl.Duration("us")}:
            series = pl.Series(values, dtype=pl.Int64()).cast(schema[name])
        else:
            series = pl.Series(values, dtype=schema[name])
        columns.append(series.alias(name))
    columns.append(pl.Series(tables.DECODED, decoded, dtype=pl.Boolean()))
    columns.append(pl.Series(tables.UNKNOWN, unknown, dtype=pl.List(pl.String())))
    columns.append(pl.Series(tables.DER, list(ders), dtype=pl.Binary()))
    return pl.DataFrame(columns)


@dataclass(slots=True)
class _Walk:
    """Reads one certificate, part by part."""

    data: bytes
    facts: dict[str, object] = field(default_factory=_UNREAD.copy)
    unknown: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    whole: bool = True

    def run(self) -> None:
        """Read all parts; each one alone may fail."""
        data = self.data
        self.facts["fingerprint_sha256"] = sha256(data).hexdigest()
        try:
            found = parts(data)
        except der.DerError as error:
            self.whole = False
            self.problems.append(f"this is no certificate: {error}")
            return
        refused = _refusal(data)
        self.facts["version"] = found.version
        self._part("serial number", ("serial", "serial_bits"), self._serial, *found.serial)
        self._part("signature algorithm", _SIGNATURE_FACTS, self._signature, *found.signature)
        self._part("issuer", ("issuer.dn", "issuer.cn", "issuer.organization"), self._name, "issuer", *found.issuer)
        self._part("validity", ("not_before", "not_after", "lifetime"), self._validity, *found.validity)
        self._part("subject", ("subject.dn", "subject.cn", "subject.organization"), self._name, "subject", *found.subject)
        self._part("public key", _KEY_FACTS, self._key, *found.key)
        self.facts |= _FROM_EXTENSIONS
        if found.extensions is not None:
            self._part("extensions", tuple(_FROM_EXTENSIONS), self._extensions, *found.extensions)
        self._usage()
        if refused and not self.problems:
            self.problems.append(f"the library refuses this certificate ({refused}); its facts were read field by field")

    def _part(self, label: str, facts: tuple[str, ...], step: Callable[..., None], *where: object) -> None:
        try:
            step(*where)
        except (der.DerError, ValueError, OverflowError) as error:
            self._lose(facts)
            self.problems.append(f"its {label} cannot be read: {error}")

    def _lose(self, facts: tuple[str, ...]) -> None:
        for name in facts:
            self.facts[name] = None
            self.unknown.append(name)

    def _serial(self, start: int, end: int) -> None:
        number = int.from_bytes(self.data[start:end], signed=True) if start < end else der.integer(self.data, start, end)
        self.facts["serial"] = f"{number:x}"
        self.facts["serial_bits"] = number.bit_length() if number >= 0 else -number.bit_length()

    def _signature(self, start: int, end: int) -> None:
        dotted, name, hash_ = _signature_algorithm(self.data[start:end])
        self.facts["signature.oid"] = dotted
        self.facts["signature.algorithm"] = name
        self.facts["signature.hash"] = hash_
        self.facts["signature.quantum_safe"] = name in oids.QUANTUM_SAFE

    def _name(self, prefix: str, start: int, end: int) -> None:
        name = _known_name(self.data[start:end])
        self.facts[f"{prefix}.dn"] = name.dn
        self.facts[f"{prefix}.cn"] = name.common_name
        self.facts[f"{prefix}.organization"] = name.organization
        if name.damaged:
            self.problems.append(f"its {prefix} holds text that is not in the encoding it claims; shown with U+FFFD")

    def _validity(self, start: int, end: int) -> None:
        begin, finish = der.children(self.data, start, end)
        first, last = self._instant("not_before", *begin), self._instant("not_after", *finish)
        if first is None or last is None:
            self._lose(("lifetime",))
        else:
            self.facts["lifetime"] = last - first + _SECOND

    def _instant(self, name: str, tag: int, start: int, end: int) -> int | None:
        content = self.data[start:end]
        try:
            value = _instant(tag, content)
        except (der.DerError, ValueError) as error:
            self._lose((name,))
            self.problems.append(f"its {name} cannot be read ({content[:20]!r}): {error}")
            return None
        self.facts[name] = value
        return value

    def _key(self, start: int, end: int, spki_start: int) -> None:
        data = self.data
        self.facts["key.spki_sha256"] = sha256(data[spki_start:end]).hexdigest()
        first, last = der.expect(data, start, end, der.SEQUENCE)
        known = keys.algorithm(data[first:last])
        self.facts["key.oid"], self.facts["key.algorithm"] = known.oid, known.name
        self.facts["key.curve"], self.facts["key.quantum_safe"] = known.curve, known.name in oids.QUANTUM_SAFE
        try:
            key = keys.read(data, start, end)
        except der.DerError as error:
            self._lose(("key.bits", "key.exponent", "key.whole_octets"))
            self.problems.append(f"its public key of type {known.name} cannot be read: {error}")
            return
        self.facts["key.bits"], self.facts["key.exponent"] = key.bits, key.exponent
        if key.exponent is not None and key.bits is not None:
            self.facts["key.whole_octets"] = key.bits % 8 == 0

    def _extensions(self, start: int, end: int) -> None:
        data, seen, critical = self.data, set(), []
        for tag, first, last in der.children(data, start, end):
            if tag != der.SEQUENCE:
                raise der.DerError("an extension that is no sequence")
            found = extensions.read(data[first:last])
            if found.oid in seen:
                self.problems.append(f"extension {found.oid} stands twice; the first one is read")
                continue
            seen.add(found.oid)
            if len(seen) > MOST_EXTENSIONS:
                raise der.DerError(f"more than {MOST_EXTENSIONS} extensions")
            if found.critical:
                critical.append(found.oid)
            if found.fault is not None:
                self._lose(extensions.FACTS_OF[found.oid])
                self.problems.append(f"its extension {found.oid} cannot be read: {found.fault}")
            else:
                self.facts.update(found.values)
        self.facts["critical_extensions"] = packed(critical)

    def _usage(self) -> None:
        """Without extendedKeyUsage any use is allowed (RFC 5280 4.2.1.12); one that names a host is taken as a server's."""
        facts = self.facts
        if facts["usage"] != NOTHING or facts["extended_key_usage"] != NOTHING or facts["is_ca"] is not False:
            return
        named = any(facts[name] not in {NOTHING, None} for name in ("san.dns", "san.ip"))
        if named or (
            facts["san.email"] == NOTHING and facts["san.uri"] == NOTHING and facts["san.other"] == 0 and self._host_like()
        ):
            facts["usage"] = "tls-server"

    def _host_like(self) -> bool:
        name, usages = self.facts["subject.cn"], self.facts["key_usage"]
        if not isinstance(name, str) or not isinstance(usages, str):
            return False
        signs = usages == NOTHING or bool({"digitalSignature", "keyEncipherment"} & set(usages.split(SEPARATOR)))
        return (
            signs and "." in name and all(part and part.replace("-", "").replace("*", "").isalnum() for part in name.split("."))
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """Start and end of the contents of the parts."""

    version: int
    serial: tuple[int, int]
    signature: tuple[int, int]
    issuer: tuple[int, int]
    validity: tuple[int, int]
    subject: tuple[int, int]
    key: tuple[int, int, int]
    extensions: tuple[int, int] | None


_SIGNATURE_FACTS = ("signature.oid", "signature.algorithm", "signature.hash", "signature.quantum_safe")
_KEY_FACTS = tuple(name for name in DECODED if name.startswith("key."))


def parts(data: bytes) -> Parts:
    """Find the parts of Certificate and TBSCertificate (RFC 5280 4.1)."""
    if len(data) > MOST_BYTES:
        raise der.DerError(f"{len(data):,} bytes; at most {MOST_BYTES:,} are read")
    start, stop = der.whole(data, der.SEQUENCE)
    at, tbs_end = der.expect(data, start, stop, der.SEQUENCE)
    signature = der.expect(data, tbs_end, stop, der.SEQUENCE)
    der.expect(data, signature[1], stop, der.BIT_STRING)
    version = 1
    tag, first, last = der.header(data, at, tbs_end)
    if tag == 0xA0:
        version = der.integer(data, *der.expect(data, first, last, der.INTEGER)) + 1
        at = last
    serial = der.expect(data, at, tbs_end, der.INTEGER)
    inner = der.expect(data, serial[1], tbs_end, der.SEQUENCE)
    issuer = der.expect(data, inner[1], tbs_end, der.SEQUENCE)
    validity = der.expect(data, issuer[1], tbs_end, der.SEQUENCE)
    subject = der.expect(data, validity[1], tbs_end, der.SEQUENCE)
    key = der.expect(data, subject[1], tbs_end, der.SEQUENCE)
    return Parts(
        version, serial, signature, issuer, validity, subject, (*key, subject[1]), _extension_list(data, key[1], tbs_end)
    )


def _extension_list(data: bytes, at: int, end: int) -> tuple[int, int] | None:
    while at < end:
        tag, first, last = der.header(data, at, end)
        if tag == 0xA3:
            return der.expect(data, first, last, der.SEQUENCE)
        at = last
    return None


def _refusal(data: bytes) -> str | None:
    """Ask the library; return why it refuses the certificate."""
    try:
        load_der_x509_certificate(data)
    except Exception as error:  # noqa: BLE001 - whatever it says, it refuses
        return str(error).splitlines()[0][:200] or type(error).__name__
    return None


@lru_cache(maxsize=16384)
def _known_name(content: bytes) -> names.Name:
    return names.read(content, 0, len(content))


@lru_cache(maxsize=1024)
def _signature_algorithm(content: bytes) -> tuple[str, str, str | None]:
    start, stop = der.expect(content, 0, len(content), der.OBJECT)
    dotted = der.oid(content[start:stop])
    if dotted == oids.PSS:
        return dotted, "RSASSA-PSS", _pss_hash(content, stop)
    return dotted, *oids.SIGNATURES.get(dotted, ("other", None))


def _pss_hash(content: bytes, at: int) -> str:
    """Read the hash of RSASSA-PSS-params (RFC 4055 3.1); SHA-1 where it is not said."""
    if at == len(content):
        return "SHA-1"
    first, last = der.expect(content, at, len(content), der.SEQUENCE)
    for tag, begin, end in der.children(content, first, last):
        if tag == 0xA0:
            inner, _ = der.expect(content, begin, end, der.SEQUENCE)
            one, two = der.expect(content, inner, end, der.OBJECT)
            return oids.HASHES.get(der.oid(content[one:two]), "other")
    return "SHA-1"


@lru_cache(maxsize=65536)
def _instant(tag: int, content: bytes) -> int:
    """Read a Time (RFC 5280 4.1.2.5) as microseconds since 1970."""
    text = content.decode("ascii")
    if tag == der.UTC_TIME and len(text) == 13:
        year = int(text[:2])
        text = f"{2000 + year if year < 50 else 1900 + year}{text[2:]}"
    elif tag != der.GENERALIZED_TIME or len(text) != 15:
        raise der.DerError("a date that is neither UTCTime nor GeneralizedTime in the form of RFC 5280")
    if text[14] != "Z" or not text[:14].isdigit():
        raise der.DerError("a date that does not end in Z")
    moment = datetime(int(text[:4]), int(text[4:6]), int(text[6:8]), int(text[8:10]), int(text[10:12]), int(text[12:14]))  # noqa: DTZ001 - UTC by definition
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return ((moment.toordinal() - _EPOCH) * 86400 + seconds) * _SECOND
