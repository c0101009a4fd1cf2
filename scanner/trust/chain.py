"""Chains from the certificates at hand, trust and what it rests on (RFC 5280 6.1, names and signatures only).

Dates and constraints are no part of it: a chain says who signed whom; whether it is valid is for policies to judge.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

import polars as pl

from scanner import tables
from scanner.facts import columns, keys, layout, links
from scanner.facts.der import DerError
from scanner.facts.links import Links
from scanner.record import record
from scanner.tables import CHAIN_ELEMENT
from scanner.trust.roots import Roots

MOST_DEPTH = 10
MOST_CANDIDATES = 20
RESERVED = ("2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3", "2.23.140.1.1")


@record
class Certificate:
    """A certificate that may be part of a chain."""

    digest: str
    data: bytes
    links: Links


@record
class Path:
    """The issuers of a certificate upwards, each with whether its signature on the one below was verified."""

    steps: tuple[tuple[Certificate, bool | None], ...]
    root: Certificate | None
    """Where the chain ends in a self-signed certificate."""

    @property
    def verified(self) -> bool:
        """Every signature was verified."""
        return all(verified is True for _, verified in self.steps)


@dataclass(slots=True)
class Builder:
    """Finds issuers by name and key identifier, and verifies signatures, each once."""

    roots: Roots
    by_subject: dict[bytes, dict[str, Certificate]] = field(default_factory=lambda: defaultdict(dict))
    paths: dict[str, Path] = field(default_factory=dict)

    def add(self, certificates: Iterable[bytes]) -> None:
        """Make certificates available as issuers."""
        for data in certificates:
            known = links.read(data)
            if known is not None:
                digest = sha256(data).hexdigest()
                self.by_subject[known.subject][digest] = Certificate(digest, data, known)

    def self_signed(self, one: Certificate) -> bool | None:
        """Same name, and its own key verifies its signature; None where the library cannot tell."""
        if one.links.subject != one.links.issuer:
            return False
        return _signed(one.data, one.data)

    def path(self, one: Certificate, above: frozenset[str] = frozenset()) -> Path:
        """Build the best path upwards: verified and to a root where there is one."""
        held = self.paths.get(one.digest)
        if held is not None:
            return held
        if len(above) >= MOST_DEPTH:
            return Path((), None)
        best = Path((), None)
        for issuer, verified in self._issuers(one, above):
            if self.self_signed(issuer) is not False and issuer.links.subject == issuer.links.issuer:
                candidate = Path(((issuer, verified),), issuer)
            else:
                higher = self.path(issuer, above | {one.digest})
                candidate = Path(((issuer, verified), *higher.steps), higher.root)
            if self._rank(candidate) > self._rank(best):
                best = candidate
        if not above:
            self.paths[one.digest] = best
        return best

    def _issuers(self, one: Certificate, above: frozenset[str]) -> list[tuple[Certificate, bool | None]]:
        found: list[tuple[Certificate, bool | None]] = []
        for issuer in list(self.by_subject.get(one.links.issuer, {}).values())[:MOST_CANDIDATES]:
            if issuer.digest == one.digest or issuer.digest in above or _other_key(one.links, issuer.links):
                continue
            verified = _signed(one.data, issuer.data)
            if verified is not False:
                found.append((issuer, verified))
        return found

    def _rank(self, path: Path) -> tuple[bool, bool, bool, bool, int]:
        known = {step.digest for step, _ in path.steps}
        public, private = bool(known & self.roots.public.keys()), bool(known & self.roots.private.keys())
        return (
            path.verified and bool(path.steps),
            public,
            private,
            path.root is not None,
            -len(path.steps) if path.root else len(path.steps),
        )


def _other_key(child: Links, issuer: Links) -> bool:
    """Both say a key identifier, and they differ: another CA of the same name."""
    return child.issuer_key_id is not None and issuer.key_id is not None and child.issuer_key_id != issuer.key_id


@lru_cache(maxsize=65536)
def _signed(child: bytes, issuer: bytes) -> bool | None:
    """Tell whether the issuer's key verifies the child's signature; None where the library cannot."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.x509 import load_der_x509_certificate

    with warnings.catch_warnings():
        # NOTE: the library warns of oddities in old certificates; here only the signature is asked for.
        warnings.simplefilter("ignore")
        try:
            load_der_x509_certificate(child).verify_directly_issued_by(load_der_x509_certificate(issuer))
        except InvalidSignature:
            return False
        except (UnsupportedAlgorithm, ValueError, TypeError):
            return None
    return True


def derive(certificates: pl.DataFrame, roots: Roots, helpers: Sequence[bytes] = ()) -> pl.DataFrame:
    """Add chain, trust and what follows from them to the table of certificates."""
    schema = {name: tables.FACTS["certificate"][name].type.dtype for name in _DERIVED}
    numbered = certificates.with_row_index("_row")
    read = numbered.filter(pl.col(tables.DER).is_not_null())
    if read.is_empty():
        added = certificates.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in schema.items())
    else:
        derived = _derived(read, roots, helpers, schema).with_columns(read["_row"])
        names = dict.fromkeys([*certificates.columns, *_DERIVED])
        rest = numbered.drop(_DERIVED, strict=False)
        added = rest.join(derived, on="_row", how="left", maintain_order="left").select(*names)
    return added.with_columns(_fallback_trust("trust"), _fallback_trust("trust_basis"))


def _derived(read: pl.DataFrame, roots: Roots, helpers: Sequence[bytes], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Build the chains of certificates whose bytes are known."""
    builder = Builder(roots)
    builder.add(read[tables.DER])
    builder.add((*helpers, *roots.private.values(), *roots.public.values()))
    told = [_told(builder, *row) for row in read.select(tables.DER, "asset_id", "issuer.dn").iter_rows()]
    columns = {name: _gathered(name, [one[name] for one in told], dtype) for name, dtype in schema.items()}
    return pl.DataFrame(columns, schema=schema)


_KEY = ("issuer.key.algorithm", "issuer.key.bits", "issuer.key.curve")
_DERIVED = (
    *_KEY,
    "self_signed",
    "chain",
    "chain_complete",
    "root.dn",
    "root.fingerprint_sha256",
    "issuer.ca_owner",
    "trust",
    "trust_basis",
)
_NOTHING: dict[str, object] = dict.fromkeys(_DERIVED)


def _gathered(name: str, values: list[object], dtype: pl.DataType) -> pl.Series:
    """Make a column; chains that many certificates share are made once."""
    if name != "chain":
        return pl.Series(values, dtype=dtype)
    unique: dict[int, int] = {}
    distinct: list[object] = []
    for value in values:
        if id(value) not in unique:
            unique[id(value)] = len(distinct)
            distinct.append(value)
    return pl.Series(distinct, dtype=dtype).gather([unique[id(value)] for value in values])


def _told(builder: Builder, data: bytes | None, digest: str, issuer_dn: str | None) -> dict[str, object]:
    known = links.read(data) if data is not None else None
    if data is None or known is None:
        return _NOTHING
    one = Certificate(digest, data, known)
    self_signed = builder.self_signed(one)
    if known.subject == known.issuer and self_signed is not False:
        return _of_root(builder.roots, one, self_signed=self_signed)
    path = builder.path(one)
    trust, basis = _path_trust(builder.roots, path)
    return _signer(path.steps) | {
        "self_signed": False,
        "chain": _chain(path, links.text(path.steps[-1][0].links.issuer) if path.steps else issuer_dn),
        "chain_complete": path.root is not None,
        "root.dn": links.text(path.root.links.subject) if path.root else None,
        "root.fingerprint_sha256": path.root.digest if path.root else None,
        "issuer.ca_owner": links.organization(path.root.links.subject) if path.root else None,
        "trust": trust,
        "trust_basis": basis,
    }


def _of_root(roots: Roots, one: Certificate, *, self_signed: bool | None) -> dict[str, object]:
    """A self-issued certificate has no issuer above it; where its signature cannot be checked, only a list of roots tells."""
    digest, subject = one.digest, one.links.subject
    trust, basis = _own_trust(roots, digest)
    # NOTE: a root is trusted because it is listed; RFC 5280 6.1 asks nothing of its signature.
    sure = self_signed or digest in roots.public or digest in roots.private
    return _signer(((one, self_signed),)) | {
        "self_signed": self_signed,
        "chain": _EMPTY,
        "chain_complete": self_signed,
        "root.dn": links.text(subject) if self_signed else None,
        "root.fingerprint_sha256": digest if self_signed else None,
        "issuer.ca_owner": links.organization(subject) if self_signed else None,
        "trust": trust if sure else None,
        "trust_basis": basis if sure else None,
    }


_EMPTY: list[object] = []


def _signer(steps: Sequence[tuple[Certificate, bool | None]]) -> dict[str, object]:
    """Tell the key that signed; one whose signature was not verified is a mere guess."""
    told = _key(steps[0][0].data) if steps and steps[0][1] else (None, None, None)
    return dict(zip(_KEY, told, strict=True))


@lru_cache(maxsize=16384)
def _key(data: bytes) -> tuple[object, object, object]:
    """Read algorithm, bits and curve of the key of a certificate."""
    found = layout.parts(data)
    try:
        facts = dict(zip(columns.BLOCKS[columns.KEY], keys.read(data, *found.key)[0], strict=True))
    except DerError:
        return None, None, None
    return facts["key.algorithm"], facts["key.bits"], facts["key.curve"]


@lru_cache(maxsize=16384)
def _chain(path: Path, missing: str | None) -> list[dict[str, object] | None]:
    """Write the path as rows; one that ends for want of a certificate ends in the bare name and the open mark."""
    owner = links.organization(path.root.links.subject) if path.root else None
    elements: list[dict[str, object] | None] = [_element(step, owner, verified=verified) for step, verified in path.steps]
    if path.root is None:
        blank: dict[str, object] = dict.fromkeys(CHAIN_ELEMENT.members or {})
        elements += [blank | {"subject.dn": missing}, None]
    return elements


def _element(one: Certificate, owner: str | None, *, verified: bool | None) -> dict[str, object]:
    return {
        "subject.dn": links.text(one.links.subject),
        "spki_sha256": _spki(one.data),
        "fingerprint_sha256": one.digest,
        "ca_owner": owner,
        "verified": verified,
    }


@lru_cache(maxsize=16384)
def _spki(data: bytes) -> str:
    found = layout.parts(data)
    return sha256(data[found.key[2] : found.key[1]]).hexdigest()


def _own_trust(roots: Roots, digest: str) -> tuple[str, str]:
    if digest in roots.public:
        return "public", "it is a root of Mozilla's program"
    if digest in roots.private:
        return "private", "it is one of your own roots"
    return "private", "it is self-signed"


def _path_trust(roots: Roots, path: Path) -> tuple[str | None, str | None]:
    if not path.steps or not path.verified:
        return None, None
    for step, _ in path.steps:
        if step.digest in roots.public:
            return "public", f"its chain reaches {links.text(step.links.subject) or 'a root'}, a root of Mozilla's program"
    for step, _ in path.steps:
        if step.digest in roots.private:
            return "private", f"its chain reaches {links.text(step.links.subject) or 'a root'}, one of your own roots"
    return None, None


def _fallback_trust(column: str) -> pl.Expr:
    """Where no chain tells: what only a public CA puts into a certificate."""
    reserved = pl.col("policy_oids").list.eval(pl.element().is_in(RESERVED)).list.any()
    value = {
        "trust": (pl.lit("public"), pl.lit("public")),
        "trust_basis": (
            pl.lit("it carries a policy identifier reserved by the CA/Browser Forum"),
            pl.lit("it carries embedded certificate timestamps"),
        ),
    }[column]
    told = pl.col("trust").is_not_null()
    # Logs that take no server certificates exist too: sigstore's CA puts timestamps into certificates that sign code.
    serves = pl.col("usage").list.eval(pl.element().is_in(["tls-server", "any"])).list.any()
    decoded = pl.col(tables.DECODED).fill_null(value=False)
    return (
        pl.when(told).then(pl.col(column))
        .when(decoded & reserved).then(value[0])
        .when(decoded & serves & (pl.col("sct_count") > 0)).then(value[1])
        .otherwise(None).alias(column)
    )  # fmt: skip
