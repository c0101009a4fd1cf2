"""One certificate to a row: straight through where nothing is unusual, else part by part, each of which may fail alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.x509 import load_der_x509_certificate

from scanner.facts import columns, der, encoding, extensions, instants, keys, layout, names, signatures, usage
from scanner.facts.columns import BLOCKS, Facts, Row

FAULTS = (der.DerError, ValueError, OverflowError)
ISSUER_FACTS = len(BLOCKS[columns.ISSUER])
"""How much of what a name says is asked of an issuer."""


def straight(data: bytes) -> Row | None:
    """Read a certificate with which nothing is wrong; None where anything is."""
    try:
        load_der_x509_certificate(data)
        # NOTE: starts and ends go into plain names, for passing on pairs as *pair costs a hundredth each time.
        version, (s0, s1), (a0, a1), (i0, i1), (v0, v1), (n0, n1), (k0, k1, spki), listed, (b0, b1), odd = layout.spans(data)
        issuer, issuer_damaged = names.known(data[i0:i1])
        subject, subject_damaged = names.read(data, n0, n1)
        algorithm = data[a0:a1]
        signature, faults_of_signature = signatures.read(algorithm)
        validity, faults_of_times = _validity(data, v0, v1)
        key, faults_of_key = keys.read(data, k0, k1, spki)
        faults = [*odd, *faults_of_signature, *faults_of_times, *faults_of_key]
        if data[b0:b1] != algorithm:
            faults += _mismatch(data[b0:b1])
        row: Row = [
            (sha256(data).hexdigest(), version),
            serial(data[s0:s1]),
            signature,
            issuer[:ISSUER_FACTS],
            validity,
            subject,
            key,
            *columns.WITHOUT_EXTENSIONS,
        ]
        problems = extensions.fill(row, data, *listed, faults) if listed is not None else ()
        if issuer_damaged or subject_damaged or problems or (key[-1] is not columns.NOTHING and keys.doubt(key)):
            return None
        if faults:
            row[columns.ENCODING] = (encoding.listed(faults),)
    except Exception:  # noqa: BLE001 - whatever it is, `Careful` finds it again and says it
        return None
    usage.complete(row)
    return row


def serial(content: bytes) -> Facts:
    """Read a serial number; unlike `der.integer` as it stands, since many are not minimal."""
    if not content:
        raise der.DerError("an empty integer")
    number = int.from_bytes(content, signed=True)
    return f"{number:x}", number.bit_length() if number >= 0 else -number.bit_length()


def _validity(data: bytes, start: int, end: int) -> tuple[Facts, tuple[str, ...]]:
    (one, begin, middle), (two, again, finish) = der.children(data, start, end)
    first, last = instants.read(one, data[begin:middle]), instants.read(two, data[again:finish])
    usual = one == two == der.UTC_TIME
    faults = () if usual else encoding.of_time(one, data[begin:middle]) + encoding.of_time(two, data[again:finish])
    return (first, last, last - first + instants.SECOND), faults


def _mismatch(inside: bytes) -> tuple[str, ...]:
    """Judge the algorithm within what is signed where it is not the one outside (RFC 5280 4.1.1.2)."""
    try:
        return "signature-mismatch", *signatures.read(inside)[1]
    except der.DerError:
        return "signature-mismatch", columns.OPEN


@dataclass(slots=True)
class Careful:
    """Reads one certificate part by part; keeps what can be read and says what cannot."""

    data: bytes
    row: Row = field(default_factory=lambda: list(columns.UNKNOWN))
    unknown: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    whole: bool = True

    def run(self) -> None:
        """Read all parts."""
        data, row = self.data, self.row
        print_ = sha256(data).hexdigest()
        row[columns.OUTSIDE] = (print_, None)
        try:
            found = layout.parts(data)
        except der.DerError as error:
            self.whole = False
            self.problems.append(f"this is no certificate: {error}")
            return
        refused = refusal(data)
        row[columns.OUTSIDE] = (print_, found.version)
        self.faults += found.faults
        self._part("serial number", columns.SERIAL, serial, data[slice(*found.serial)])
        self._part("signature algorithm", columns.SIGNATURE, self._signature, *found.signature, *found.inside)
        self._part("issuer", columns.ISSUER, self._issuer, *found.issuer)
        self._part("validity", columns.VALIDITY, self._validity, *found.validity)
        self._part("subject", columns.SUBJECT, self._name, "subject", *found.subject)
        self._part("public key", columns.KEY, self._key, *found.key)
        row[columns.FIRST_OF_EXTENSIONS :] = columns.ABSENT
        if found.extensions is not None:
            self._extensions(*found.extensions)
        row[columns.ENCODING] = (encoding.listed(self.faults),)
        usage.complete(row)
        if refused and not self.problems:
            self.problems.append(f"the library refuses this certificate ({refused}); its facts were read field by field")

    def _part(self, label: str, block: int, step: Callable[..., Facts], *where: object) -> None:
        try:
            self.row[block] = step(*where)
        except FAULTS as error:
            self._lose(block)
            self.problems.append(f"its {label} cannot be read: {error}")

    def _lose(self, block: int) -> None:
        self.row[block] = columns.UNKNOWN[block]
        self.unknown += BLOCKS[block]
        self.faults.append(columns.OPEN)

    def _name(self, prefix: str, start: int, end: int) -> Facts:
        facts, damaged = names.known(self.data[start:end])
        if damaged:
            self.problems.append(f"its {prefix} holds text that is not in the encoding it claims; shown with U+FFFD")
        return facts

    def _issuer(self, start: int, end: int) -> Facts:
        return self._name("issuer", start, end)[:ISSUER_FACTS]

    def _signature(self, start: int, end: int, begin: int, finish: int) -> Facts:
        outside, inside = self.data[start:end], self.data[begin:finish]
        if inside != outside:
            self.faults += _mismatch(inside)
        facts, faults = signatures.read(outside)
        self.faults += faults
        return facts

    def _validity(self, start: int, end: int) -> Facts:
        begin, finish = der.children(self.data, start, end)
        for tag, first, last in (begin, finish):
            self.faults += encoding.of_time(tag, self.data[first:last])
        dates = self._instant("not_before", *begin), self._instant("not_after", *finish)
        if dates[0] is None or dates[1] is None:
            self.unknown.append("lifetime")
            return *dates, None
        return *dates, dates[1] - dates[0] + instants.SECOND

    def _instant(self, name: str, tag: int, start: int, end: int) -> int | None:
        content = self.data[start:end]
        try:
            return instants.read(tag, content)
        except (der.DerError, ValueError) as error:
            self.unknown.append(name)
            self.problems.append(f"its {name} cannot be read ({content[:20]!r}): {error}")
            return None

    def _key(self, start: int, end: int, spki: int) -> Facts:
        facts, faults, name = keys.read_algorithm(self.data, start, end, spki)
        self.faults += faults
        try:
            facts = keys.read(self.data, start, end, spki)[0]
        except der.DerError as error:
            self.unknown += ("key.bits", "key.exponent", "key.whole_octets", "key.weakness")
            self.problems.append(f"its public key of type {name} cannot be read: {error}")
            return facts
        if (why := keys.doubt(facts)) is not None:
            self.problems.append(why)
        return facts

    def _extensions(self, start: int, end: int) -> None:
        try:
            problems = extensions.fill(self.row, self.data, start, end, self.faults)
        except FAULTS as error:
            for block in range(columns.FIRST_OF_EXTENSIONS, len(BLOCKS)):
                self._lose(block)
            self.problems.append(f"its extensions cannot be read: {error}")
            return
        for lost, text in problems:
            if lost is not None:
                self._lose(lost)
            self.problems.append(text)


def refusal(data: bytes) -> str | None:
    """Ask the library; return why it refuses the certificate."""
    try:
        load_der_x509_certificate(data)
    except Exception as error:  # noqa: BLE001 - whatever it says, it refuses
        return str(error).splitlines()[0][:200] or type(error).__name__
    return None
