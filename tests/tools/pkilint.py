"""Judges certificates by pkilint, DigiCert's linter: RFC 5280, and the Baseline Requirements for TLS and for S/MIME."""

import base64
import binascii
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import publicsuffixlist
from pkilint import finding_filter
from pkilint.cabf import serverauth, smime
from pkilint.cabf.serverauth import serverauth_constants
from pkilint.loader import RFC5280CertificateDocumentLoader
from pkilint.pkix import certificate, extension, name

Type = serverauth_constants.CertificateType
TOLD = {"FATAL", "ERROR", "WARNING", "NOTICE"}
"""Severities that the corpus has recorded; the others are remarks about nothing wrong."""


def pem_or_der(data: bytes) -> bytes:
    """Read the first block of a PEM file; take anything else as DER."""
    if b"-----BEGIN" not in data:
        return data
    try:
        return base64.b64decode(data.split(b"-----")[2])
    except binascii.Error:
        return data


def verdicts(der: bytes, profile: str) -> dict[str, str]:
    """Say of every lint that looked at a certificate whether it passes or fails; lints that found nothing to look at are left out.

    `tls` and `smime` take the certificate for a subscriber's, whatever it is, because a lifted rule does so too.
    """
    said: dict[str, str] = {}
    for result in _results(der, profile):
        found = {one.finding.code for one in result.finding_descriptions}
        for lint in result.validator.validations:
            if lint.code in found:
                said[lint.code] = "fail"
            elif not _elsewhere(lint.code):
                said.setdefault(lint.code, "pass")
    return said


def findings(der: bytes, profile: str) -> list[list[str]]:
    """List what pkilint's own commands print, as the corpus has recorded it: severity and lint, each once."""
    results = _results(der, profile)
    if profile == "serverauth":
        filters = serverauth.create_serverauth_finding_filters(kind(der))
        results, _ = finding_filter.filter_results(filters, results)
    told = {(str(one.finding.severity), one.finding.code) for result in results for one in result.finding_descriptions}
    return sorted([severity, code] for severity, code in told if severity in TOLD)


def kind(der: bytes) -> Any:
    """Say for what pkilint takes a certificate by itself."""
    with _quiet():
        return serverauth.determine_certificate_type(_document(der))


def readable(der: bytes) -> bool:
    """Tell whether pkilint can read a certificate at all."""
    try:
        with _quiet():
            _document(der)
    except (ValueError, TypeError):
        return False
    return True


def _results(der: bytes, profile: str) -> Any:
    with _quiet():
        document = _document(der)
        return _linter(profile, _asked(document, profile)).validate(document.root)


def _asked(document: Any, profile: str) -> Any:
    """Choose the kind of certificate to lint for: pkilint's own choice, or that of a subscriber."""
    if profile == "smime":
        return smime.guess_validation_level_and_generation(document)
    if profile == "serverauth":
        return serverauth.determine_certificate_type(document)
    if profile == "tls":
        return Type[str(serverauth._determine_subscriber_certificate_type(document)).replace("PRE", "FINAL")]
    return None


@cache
def _linter(profile: str, asked: Any) -> Any:
    """Put a linter together; that costs fifty times what linting a certificate does, most of it for the list of public suffixes."""
    with patch("publicsuffixlist.PublicSuffixList", _suffixes):
        return _assembled(profile, asked)


_suffixes = cache(publicsuffixlist.PublicSuffixList)
"""The list of public suffixes, read once instead of once a validator."""


def _assembled(profile: str, asked: Any) -> Any:
    if profile == "smime":
        return certificate.create_pkix_certificate_validator_container(
            smime.create_decoding_validators(), smime.create_subscriber_validators(*asked)
        )
    if asked is not None:
        return certificate.create_pkix_certificate_validator_container(
            serverauth.create_decoding_validators(), serverauth.create_validators(asked)
        )
    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


def _document(der: bytes) -> Any:
    return RFC5280CertificateDocumentLoader().load_der_document(der)


def _elsewhere(code: str) -> bool:
    """Leave out what every validator may say of itself."""
    return code == "base.unhandled_exception"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pkilint's log and cryptography's warnings of odd certificates out of the tests: both are judged, not fixed."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
