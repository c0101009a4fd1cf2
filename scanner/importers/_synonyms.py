"""What inventories call the facts: documented columns and their common other names, compared without case and punctuation."""

import re
from functools import cache

from scanner import tables
from scanner.tables import Origin

KEY, DER, FINGERPRINT, SAN, SUBJECT, ISSUER = "key", "pem", "fingerprint", "san", "subject", "issuer"
"""Columns that are no single fact: the record's own key, the certificate itself, a digest told apart by its length,
names of any sort, and names in whatever form."""
_ANY = """
key: id, arn, certificate arn, certificate id, cert id, asset id, record id, inventory id, uuid, guid, sys id, record key,
    external id, configuration item
owner: owned by, owner name, owner email, asset owner, application owner, service owner, business owner, responsible
team: team name, owning team, responsible team, support group, assignment group, department, squad, group
environment: env, stage, environment name
service: service name, application, application name, app, app name, business service, product, system
tags: tag, keywords
"""
_CERTIFICATE = """
pem: certificate, cert, certificate pem, pem certificate, pem certificate data, certificate body, body, der, certificate
    der, raw, raw data, raw certificate, certificate data, content bytes, cer, x509, x509 certificate, x509 pem, base64
    certificate, binary certificate
fingerprint: thumbprint, fingerprint sha256, sha256 fingerprint, sha256 thumbprint, thumbprint sha256, sha256, sha 256,
    fingerprint sha1, sha1 fingerprint, sha1 thumbprint, thumbprint sha1, sha1, certificate hash, cert hash, certificate
    fingerprint, certificate thumbprint, fingerprint_sha256
subject: subject.dn, subject name, subject distinguished name, distinguished name, issued dn, certificate subject, issued
    to
subject.cn: cn, common name, subject common name, issued cn, issued common name, certificate common name, domain name
subject.organization: organization, organisation, subject o, subject organisation, org, organization name
issuer: issuer.dn, issuer name, issuer distinguished name, issued by, certificate issuer, signed by
issuer.cn: issuer common name, ca, ca name, issuing ca
issuer.organization: issuer o, issuer organisation, issuer org
serial: serial number, serial no, serial num, certificate serial number, certificate serial, serial number hex, serial
    hex, serial decimal, serial number decimal
key.algorithm: key type, key alg, public key algorithm, public key type, key algorithm and size, key type and size, key
    type string, key spec
key.bits: key size, key length, bits, key size in bits, key size bits, public key size, public key length, public key
    bits, rsa key size
key.curve: curve, ec curve, elliptic curve, curve name, key curve name, named curve
key.exponent: exponent, public exponent, rsa exponent
key.spki_sha256: spki sha256, spki, public key sha256, spki fingerprint, public key fingerprint, pin sha256
signature.algorithm: signing algorithm, sig alg, sig algorithm, signature alg, signature algorithm name, signature
signature.hash: signature hash algorithm, hash algorithm, hash, digest algorithm
signature.oid: signature algorithm oid, sig alg oid
not_before: valid from, valid since, not valid before, validity start, start date, effective date, certificate effective
    date, issued, issued on, issued at, issue date, issued date, date issued, valid from date, nbf
not_after: valid to, valid until, valid till, valid through, not valid after, validity end, end date, expires, expires on,
    expires at, expire date, expire time, expiry, expiry date, expiry time, expiration, expiration date, expiration time,
    expiration timestamp, certificate expiration date, date of expiry, valid to date
is_ca: ca certificate, basic constraints ca
key_usage: key usages, ku
extended_key_usage: extended key usages, enhanced key usage, enhanced key usages, enhanced key usage list, eku, ekus
san: sans, subject alternative names, subject alternative name, subject alt names, subject alt name, alternative names,
    alternate names, alt names, alt name, additional names, subject alt name elements
san.dns: dns names, dns name, dns name list, dns sans, san dns names, domains, domain names, subject alt name dns, subject
    alternative dns
san.ip: ip sans, san ips, san ip addresses, subject alt name ip address, ip names
san.email: email sans, rfc822 names, subject alt name email
san.uri: uri sans, uris, subject alt name uri
profile: certificate profile, certificate template, template, template name, profile name
private_key_protection: key protection, private key storage, key storage, key protection level
managed_by: renewal tool, automation tool, management tool, acme client
renewal.automated: auto renew, auto renewal, auto renewal enabled, automatic renewal, automated renewal, auto renewed
renewal.next: renewal date, renewal time, next renewal, next renewal date, renews on, renews at, renew on, renew by
labels.host: host, hostname, host name, fqdn, server, server name
labels.port: port, tcp port
"""
_ENDPOINT = """
host: hostname, host name, fqdn, server, server name, target, dns name, endpoint, url, node
port: tcp port, port number, service port, listen port
address: ip, ip address, ipv4, ipv6, ipv4 address, ipv6 address
protocol: tls protocol, starttls
"""


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Read lines of `column: name, name`; a line that begins with blanks goes on from the one before."""
    lines = re.sub(r"\n +", " ", text.strip()).split("\n")
    parts = (line.partition(":") for line in lines if line)
    return {column: tuple(name.strip() for name in names.split(",")) for column, _, names in parts}


SYNONYMS = {"certificate": _table(_CERTIFICATE + _ANY), "endpoint": _table(_ENDPOINT + _ANY)}
"""Kind to column to its other names."""
_SECRET = re.compile(
    r"privatekey|passphrase|password|passwd|^pwd$|secret|tokenvalue|apikey|accesskey$|^token$|pkcs12|pfx|keystore$"
)
_HARMLESS = re.compile(
    r"^(has|is|contains|exportable)|(stored|present|location|path|exportable|age|type|size|length|algorithm|protection|protectionlevel|storage)$"
)
FEEDS = tuple(f"{kind}:{name}" for kind, known in SYNONYMS.items() for name in known if tables.fact(kind, name))
"""What inventories can tell."""


def plain(name: str) -> str:
    """Reduce a column's name to what counts: letters and digits in lower case."""
    return re.sub(r"[\W_]+", "", name, flags=re.UNICODE).casefold()


def is_secret(header: str) -> bool:
    """Tell columns that hold a secret by their name; they are dropped unread."""
    name = plain(header)
    return _SECRET.search(name) is not None and _HARMLESS.search(name) is None


def legal(kind: str) -> list[str]:
    """List the columns that a mapping may fill: what sources can say, not what is derived."""
    facts = [name for name, one in tables.FACTS[kind].items() if one.origin is not Origin.DERIVED and _writable(one)]
    return sorted({*facts, *SYNONYMS[kind]} - {KEY})


def _writable(fact: tables.Fact) -> bool:
    element = fact.type.element
    return not fact.time and fact.type.name != "struct" and (element is None or element.name == "text")


@cache
def names(kind: str) -> dict[str, str]:
    """Map the reduced form of every documented name to its column."""
    found = {plain(name): name for name in legal(kind)}
    for column, others in SYNONYMS[kind].items():
        found |= {plain(column): column} | {plain(other): column for other in others}
    return found
