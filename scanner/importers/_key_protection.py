"""How inventories say where a private key is held, to the words of the registry (CSBR 6.2.7.4)."""

import re

_CERTIFIED = re.compile(
    r"certified[- ]hardware"
    r"|fips[- ]?140(-[23])?[ ,:/(]*(level|lvl|l)[ -]?[2-4]\b"
    r"|(common criteria|cc)[ ,:/(]*eal[ -]?(4 ?\+|[5-7]\+?)",
)
_HARDWARE = re.compile(
    r"hardware|((cloud|managed|network)[- ]?)?hsm|(v|f)?tpm( ?[12]\.[0-9])?|smart ?card|((usb|hardware) )?token|yubikey"
    r"|secure enclave|secure element",
)
_SOFTWARE = re.compile(r"software|soft(ware)? ?key|file|file ?system|disk|pem( file)?|pkcs ?#?12( file)?|pfx|jks")


def key_protection(text: str) -> str | None:
    """Read a word for it; what a text says beside hardware must be understood whole, or it is not."""
    low = " ".join(text.lower().split())
    if _CERTIFIED.fullmatch(low) or _CERTIFIED.fullmatch(re.sub(r"^hsm[ ,:/(-]+|\)$", "", low)):
        return "certified-hardware"
    if _HARDWARE.fullmatch(low):
        return "hardware"
    return "software" if _SOFTWARE.fullmatch(low) else None
