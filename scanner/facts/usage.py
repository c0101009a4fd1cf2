"""What a certificate without extendedKeyUsage is used for."""

from scanner.facts.columns import CONSTRAINTS, EXTENDED_USAGE, KEY_USAGE, NAMES, NOTHING, SEPARATOR, SUBJECT, Row


def complete(row: Row) -> None:
    """Take a certificate that names a host as a server's: without the extension any use is allowed (RFC 5280 4.2.1.12)."""
    if row[EXTENDED_USAGE] == (NOTHING, NOTHING) and row[CONSTRAINTS][0] is False and _names_a_host(row):
        row[EXTENDED_USAGE] = (NOTHING, "tls-server")


def _names_a_host(row: Row) -> bool:
    dns, ip, email, uri, other, _ = row[NAMES]
    if any(names not in {NOTHING, None} for names in (dns, ip)):
        return True
    return email == NOTHING and uri == NOTHING and other == 0 and _host_like(row[SUBJECT][1], row[KEY_USAGE][0])


def _host_like(name: object, usages: object) -> bool:
    if not isinstance(name, str) or not isinstance(usages, str):
        return False
    signs = usages == NOTHING or bool({"digitalSignature", "keyEncipherment"} & set(usages.split(SEPARATOR)))
    return signs and "." in name and all(part and part.replace("-", "").replace("*", "").isalnum() for part in name.split("."))
