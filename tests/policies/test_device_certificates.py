"""device-certificates knows a device's certificate by its missing end or its tag, and judges it from the bytes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.factories import key
from tests.policies.issued import DAY, PURPOSES, SECOND, Profile, faults, outcomes

POLICY = "device-certificates"
START = datetime(2026, 10, 1, tzinfo=UTC)
FOREVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
SUBJECT = ((NameOID.COMMON_NAME, "Pump 7"), (NameOID.SERIAL_NUMBER, "SN-0007"))
DEVICE = Profile(subject=SUBJECT, start=START, lifetime=FOREVER - START)
MORTAL = DEVICE.but(lifetime=3650 * DAY)
STATED: dict[str, Any] = {"trust": "private", "private_key_protection": "hardware", "tags": []}
WRONG: dict[str, Profile] = {
    "key": DEVICE.but(key=ec.generate_private_key(ec.SECP224R1())),
    "serial-number": DEVICE.but(subject=SUBJECT[:1]),
    "key-usage": DEVICE.but(usage=("keyEncipherment",)),
}


def said(rule: str, profile: Profile, as_of: datetime | None = None, **stated: Any) -> str:
    """Judge by one rule."""
    return outcomes(POLICY, profile.der, as_of, **STATED | stated)[rule]


def test_an_identity_without_end_stays_silent() -> None:
    """NotAfter 99991231235959Z is legal and never expires; all rules but those for tags apply and pass, in a hundred years too."""
    judged = outcomes(POLICY, DEVICE.der, **STATED)
    assert set(judged.values()) == {"pass", "skip"}
    assert [rule for rule, outcome in judged.items() if outcome == "skip"] == ["ca-flag"]
    assert faults(POLICY, DEVICE.der, datetime(2126, 1, 1, tzinfo=UTC), **STATED) == set()


@pytest.mark.parametrize(("rule", "profile"), WRONG.items(), ids=WRONG)
def test_a_fault_gives_one_finding(rule: str, profile: Profile) -> None:
    """A certificate with one thing wrong gives the finding for it and no other."""
    assert faults(POLICY, profile.der, **STATED) == {rule}


def test_a_second_less_than_forever_is_an_end() -> None:
    """Without a tag only the exact notAfter makes it a device's, and a server's is a server's in any case."""
    faulty = DEVICE.but(key=key("1024", rsa_bits=1024))
    assert said("key", faulty) == "fail"
    assert said("key", faulty.but(lifetime=FOREVER - START - SECOND)) == "skip"
    assert said("key", faulty.but(purposes=(PURPOSES.SERVER_AUTH,))) == "skip"
    assert said("key", faulty.but(purposes=(PURPOSES.SERVER_AUTH,)), tags=["device"]) == "fail"


@pytest.mark.parametrize("tag", ["device", "IoT", "IDevID", "ldevid"])
def test_a_tag_makes_it_a_devices(tag: str) -> None:
    """Whatever the capitals; then its end is judged to the second."""
    end = START + MORTAL.lifetime
    moments = (START - SECOND, START, end, end + SECOND)
    assert [said("validity", MORTAL, moment, tags=[tag]) for moment in moments] == ["fail", "pass", "pass", "fail"]
    assert said("validity", MORTAL, end + SECOND, tags=["web"]) == "skip"


def test_its_end_is_judged_once() -> None:
    """Of a tagged device by this policy and by no other; one for TLS clients by client-certificates."""
    late = START + 3651 * DAY
    stated = STATED | {"tags": ["device"]}
    names = ("public-tls", "internal-pki", "client-certificates", POLICY)
    client = MORTAL.but(purposes=(PURPOSES.CLIENT_AUTH,))
    assert {name for name in names if faults(name, MORTAL.der, late, **stated)} == {POLICY}
    assert {name for name in names if faults(name, client.der, late, **stated)} == {"client-certificates"}


def test_a_device_is_no_ca() -> None:
    """Only the tag tells, since makers' CAs have no end either."""
    ca = DEVICE.but(ca=True, usage=("keyCertSign",))
    assert said("ca-flag", ca, tags=["device"]) == "fail"
    assert set(outcomes(POLICY, ca.der, **STATED).values()) == {"skip"}


def test_what_nobody_stated_is_unknown() -> None:
    """Where the key is kept no certificate tells; whose trust it lives under neither, without the maker's root."""
    assert said("key-protection", DEVICE, private_key_protection=None) == "unknown"
    assert said("key-protection", DEVICE, private_key_protection="software") == "fail"
    assert said("private-ca", DEVICE, trust=None) == "unknown"
    assert said("private-ca", DEVICE, trust="public") == "fail"
