"""Chains, trust and its basis: who signed whom among the certificates at hand (policy language, `chain`)."""

from typing import Any

import certifi
import polars as pl
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from scanner.facts import certificate as facts
from scanner.trust import chain, roots
from tests.conftest import CORPUS, SAMPLES
from tests.factories import Issued, certificate, intermediate, key, root


def derived(*ders: bytes, own: tuple[bytes, ...] = (), helpers: tuple[bytes, ...] = ()) -> list[dict[str, Any]]:
    """Derive chains of these certificates."""
    frame = facts.read(ders).frame
    table = frame.with_columns(asset_id=pl.col("fingerprint_sha256"))
    return list(chain.derive(table, roots.load(own), helpers).iter_rows(named=True))


@pytest.fixture(scope="module")
def pki() -> tuple[Issued, Issued, Issued]:
    """Give root, issuing CA and leaf."""
    top = root()
    middle = intermediate(top)
    return top, middle, certificate(issuer=middle)


def names(row: dict[str, Any]) -> list[str | None]:
    """Name the chain's elements; None is the open mark."""
    return [one and one["subject.dn"] for one in row["chain"]]


def test_a_chain_leads_from_the_issuer_up_to_the_root(pki: tuple[Issued, Issued, Issued]) -> None:
    """Issuer first; every signature verified; the root tells the owner."""
    top, middle, leaf = pki
    row = derived(leaf.der, middle.der, top.der)[0]
    assert names(row) == ["CN=Test Issuing CA,O=Test Company", "CN=Test Root,O=Test Company"]
    assert all(one["verified"] for one in row["chain"])
    assert row["chain_complete"] is True
    assert row["issuer.ca_owner"] == "Test Company"
    assert row["root.dn"] == "CN=Test Root,O=Test Company"
    assert row["trust"] is None, "an unknown root makes nobody trust it"


def test_the_key_of_the_issuer_is_told_where_it_verifies(pki: tuple[Issued, Issued, Issued]) -> None:
    """Of the leaf the issuing CA's, of a root its own, and nothing where the issuer is missing or another of its name."""
    top, middle, leaf = pki
    big = root("Big Root", of=key("big", rsa_bits=2048))
    below = certificate(issuer=big)
    forged = certificate("Test Issuing CA", issuer=top, ca=True, organization="Test Company", of=key("forged"))
    rows = derived(leaf.der, middle.der, below.der, big.der)
    names_ = ("issuer.key.algorithm", "issuer.key.bits", "issuer.key.curve")
    told = [tuple(row[name] for name in names_) for row in rows]
    assert told == [("EC", 256, "P-256"), (None, None, None), ("RSA", 2048, None), ("RSA", 2048, None)]
    assert derived(middle.der, top.der)[0]["issuer.key.curve"] == "P-256"
    assert derived(leaf.der, forged.der)[0]["issuer.key.algorithm"] is None


def test_a_key_whose_signature_cannot_be_verified_is_a_guess() -> None:
    """The certificate names itself its issuer, but its signature is not checked by this library: its key stays unknown."""
    text = (SAMPLES / "openssl-x509" / "mldsa65-selfsigned.pem").read_bytes()
    row = derived(x509.load_pem_x509_certificates(text)[0].public_bytes(serialization.Encoding.DER))[0]
    assert (row["issuer.key.algorithm"], row["self_signed"]) in {(None, None), ("ML-DSA-65", True)}


def test_own_roots_make_it_private(pki: tuple[Issued, Issued, Issued]) -> None:
    """A root given with --roots completes the chain and says whose rules apply."""
    top, middle, leaf = pki
    row = derived(leaf.der, middle.der, own=(top.der,))[0]
    assert (row["trust"], row["chain_complete"]) == ("private", True)
    assert "one of your own roots" in row["trust_basis"]


def test_helpers_join_chains_without_becoming_assets(pki: tuple[Issued, Issued, Issued]) -> None:
    """Certificates of policy lists build chains only."""
    top, middle, leaf = pki
    rows = derived(leaf.der, own=(top.der,), helpers=(middle.der,))
    assert len(rows) == 1
    assert rows[0]["trust"] == "private"


def test_a_missing_issuer_leaves_its_name_and_the_open_mark(pki: tuple[Issued, Issued, Issued]) -> None:
    """What is known is the name; nobody verified it, and there may be more."""
    _, _, leaf = pki
    row = derived(leaf.der)[0]
    assert names(row) == ["CN=Test Issuing CA,O=Test Company", None]
    assert row["chain"][0]["verified"] is None
    assert row["chain_complete"] is False
    assert row["root.fingerprint_sha256"] is None


def test_a_forged_name_is_no_issuer(pki: tuple[Issued, Issued, Issued]) -> None:
    """A CA of the same name with another key did not sign it."""
    top, _, leaf = pki
    forged = certificate("Test Issuing CA", issuer=top, ca=True, organization="Test Company", of=key("forged"))
    row = derived(leaf.der, forged.der)[0]
    assert row["chain"][-1] is None
    assert row["trust"] is None


def test_self_signed_is_private_and_closed() -> None:
    """Its chain is empty, and nobody else answers for it."""
    row = derived(root().der)[0]
    assert (row["self_signed"], row["chain"], row["trust"]) == (True, [], "private")


def test_the_same_name_twice_is_not_self_signed() -> None:
    """Self-issued under another key's signature: the name alone says nothing."""
    liar = certificate("Test Root", issuer=root(), ca=True, organization="Test Company", of=key("liar"))
    row = derived(liar.der)[0]
    assert row["self_signed"] is False
    assert row["trust"] is None


def test_what_the_library_cannot_verify_is_unknown() -> None:
    """A signature of an algorithm that this library does not know makes nobody trust it; where it knows it, it is checked."""
    text = (SAMPLES / "openssl-x509" / "mldsa65-selfsigned.pem").read_bytes()
    row = derived(x509.load_pem_x509_certificates(text)[0].public_bytes(serialization.Encoding.DER))[0]
    assert (row["self_signed"], row["trust"]) in {(None, None), (True, "private")}


def test_your_own_root_is_trusted_though_nobody_can_check_its_signature() -> None:
    """Being on the list makes a trust anchor, not its signature (RFC 5280 6.1)."""
    text = (SAMPLES / "openssl-x509" / "mldsa65-selfsigned.pem").read_bytes()
    der = x509.load_pem_x509_certificates(text)[0].public_bytes(serialization.Encoding.DER)
    row = derived(der, own=(der,))[0]
    assert (row["trust"], row["trust_basis"]) == ("private", "it is one of your own roots")


def test_a_loop_of_cross_signed_cas_ends() -> None:
    """Two CAs that signed each other are bounded."""
    one_key, two_key = key("loop one"), key("loop two")
    one_root, two_root = root("One", of=one_key), root("Two", of=two_key)
    one_by_two = certificate("One", issuer=two_root, ca=True, organization="Test Company", of=one_key)
    two_by_one = certificate("Two", issuer=one_root, ca=True, organization="Test Company", of=two_key)
    leaf = certificate(issuer=one_root)
    row = derived(leaf.der, one_by_two.der, two_by_one.der)[0]
    assert row["chain_complete"] is False
    assert len(row["chain"]) <= chain.MOST_DEPTH + 2


def test_a_cross_signed_ca_takes_the_way_to_a_known_root() -> None:
    """Of two issuers with the same key, the one that reaches your root is chosen."""
    shared = key("shared")
    known, other = root("Known"), root("Other")
    by_other = certificate("Shared CA", issuer=other, ca=True, organization="Test Company", of=shared)
    by_known = certificate("Shared CA", issuer=known, ca=True, organization="Test Company", of=shared)
    leaf = certificate(issuer=by_other)
    row = derived(leaf.der, by_other.der, by_known.der, own=(known.der,))[0]
    assert row["trust"] == "private"


def test_every_root_of_mozillas_program_is_public() -> None:
    """And complete in itself."""
    public = tuple(roots.load().public.values())
    assert len(public) == certifi.contents().count("BEGIN CERTIFICATE")
    rows = derived(*public)
    assert {row["trust"] for row in rows} == {"public"}


def test_only_a_public_ca_puts_reserved_identifiers_into_a_certificate() -> None:
    """Where no chain tells, the CA/Browser Forum's policy identifiers do."""
    row = derived(certificate(issuer=root(), policies=["2.23.140.1.2.1"]).der)[0]
    assert row["trust"] == "public"
    assert "reserved by the CA/Browser Forum" in row["trust_basis"]


def test_timestamps_tell_of_public_trust_in_certificates_of_servers_only() -> None:
    """The CA of sigstore, which no browser trusts, has logs of its own, and puts their timestamps into what signs code."""
    signer = (CORPUS / "certs/sigstore-python/1963b7b6e29ea62b.der").read_bytes()
    row = derived(signer)[0]
    assert (row["usage"], row["sct_count"], row["trust"]) == (["code-signing"], 1, None)
    table = facts.read([certificate(issuer=root()).der]).frame.with_columns(asset_id=pl.lit("a"), sct_count=pl.lit(2, pl.Int64))
    (told,) = chain.derive(table, roots.load()).iter_rows(named=True)
    assert (told["trust"], told["trust_basis"]) == ("public", "it carries embedded certificate timestamps")


def test_bytes_that_are_no_certificate_derive_nothing() -> None:
    """All facts stay unknown."""
    row = derived(b"noise")[0]
    assert [row[name] for name in ("self_signed", "chain", "chain_complete", "trust")] == [None] * 4
