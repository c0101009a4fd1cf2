"""Weak RSA keys that were really made so, ordinary ones, and what is not judged."""

from math import isqrt, prod
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from scanner.facts import certificate, der, weakness
from scanner.tables import FACTS
from tests.conftest import CORPUS
from tests.factories import certificate as make
from tests.factories import key
from tests.facts.surgery import KEY, signed, tlv
from tests.facts.test_certificate import bundle
from tests.facts.test_corpus import READABLE
from tests.facts.test_corpus import der as from_file

FIRST_39 = prod(number for number in range(2, 168) if all(number % divisor for divisor in range(2, number)))
"""The primorial of the flawed library for moduli of 512 to 960 bits."""
F4 = 65537
RSA = make(of=key("rsa", rsa_bits=2048)).der


def prime(number: int) -> bool:
    """Tell probable primes."""
    return all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7))


def prime_from(number: int) -> int:
    """Find the next prime."""
    number |= 1
    while not prime(number):
        number += 2
    return number


def flawed_prime(random: Random, bits: int) -> int:
    """Make a prime as the flawed library did: k * M + 65537^a mod M."""
    while True:
        factor = random.getrandbits(bits - FIRST_39.bit_length()) | 1 << bits - FIRST_39.bit_length()
        found = factor * FIRST_39 + pow(F4, random.getrandbits(60), FIRST_39)
        if prime(found):
            return found


def weaknesses(modulus: int, exponent: int = F4) -> list[str | None]:
    """List the weaknesses of a key."""
    return list(weakness.of_rsa(modulus, exponent))


ONE, OTHER = (prime_from(Random(seed).getrandbits(512) | 1 << 511 | 1 << 510) for seed in (1, 2))
CLOSE = prime_from(ONE + 2**200)
ROCA = prod(flawed_prime(Random(seed), 512) for seed in (3, 4))


@pytest.mark.parametrize(
    ("modulus", "exponent", "told"),
    [
        (ONE * OTHER, F4, []),
        (ONE * OTHER, 3, []),
        (ONE * OTHER, 1, []),
        (ONE * OTHER, 2**256 - 1, []),
        (ONE * OTHER, 2**256 + 1, ["exponent-too-large"]),
        (ONE * OTHER, 65536, ["even-exponent"]),
        (ONE * OTHER, 0, ["even-exponent"]),
        (ONE * OTHER, 2**256, ["even-exponent", "exponent-too-large"]),
        (ONE * OTHER * 2, F4, ["even-modulus", "small-factor"]),
        (ONE * OTHER * 3, F4, ["small-factor"]),
        (ONE * OTHER * 751, F4, ["small-factor"]),
        (ONE * OTHER * 757, F4, []),
        (ONE * CLOSE, F4, ["close-primes"]),
        (ONE * ONE, F4, ["close-primes"]),
        (ROCA, F4, ["roca"]),
        (ROCA * 5, F4, ["small-factor"]),
        (0, F4, ["even-modulus", None]),
        (-ONE * OTHER, F4, [None]),
    ],
)
def test_each_weakness_is_told_of_keys_that_have_it(modulus: int, exponent: int, told: list[str | None]) -> None:
    """At the limit and beyond it; a modulus that is no number of a key is not judged as one."""
    assert weaknesses(modulus, exponent) == told


def test_ordinary_keys_have_none() -> None:
    """Keys that the library makes, of several sizes."""
    for bits in (1024, 2048, 3072):
        numbers = rsa.generate_private_key(F4, bits).public_key().public_numbers()
        assert weaknesses(numbers.n, numbers.e) == []


def of_round(number: int) -> int:
    """Make a modulus that Fermat's method factors in this round, and no sooner."""
    start = 2**127 + 12345
    half = isqrt(start * (2 * number - 1))
    modulus = start * start - half * half
    assert start - (isqrt(modulus - 1) + 1) == number - 1
    return modulus


@pytest.mark.parametrize(("number", "found"), [(1, True), (2, True), (99, True), (100, True), (101, False), (150, False)])
def test_a_hundred_rounds_are_a_hundred(number: int, *, found: bool) -> None:
    """What the hundredth round finds is told, what the next one would is not (BR 6.1.1.3)."""
    assert ("close-primes" in weaknesses(of_round(number))) is found


def plain_fermat(modulus: int) -> bool:
    """Do the hundred rounds without a sieve."""
    first = isqrt(modulus - 1) + 1
    rests = ((first + step) ** 2 - modulus for step in range(100))
    return any(isqrt(rest) ** 2 == rest for rest in rests)


def test_the_sieve_loses_no_square() -> None:
    """On numbers small enough that both outcomes are frequent."""
    random = Random(20261128)
    numbers = [random.getrandbits(bits) | 1 << bits for bits in (14, 18, 22, 30, 60) for _ in range(1500)]
    told = ["close-primes" in weaknesses(number) for number in numbers]
    assert told == [plain_fermat(number) for number in numbers]
    assert 500 < sum(told) < 7000


def test_the_flaw_is_told_by_the_group_that_65537_makes() -> None:
    """For each prime the powers are a group; those of which 65537 makes all numbers tell nothing."""
    for number, powers in weakness._generated():
        assert powers == {pow(F4, step, number) for step in range(number)}
    share = prod(len(powers) / number for number, powers in weakness._generated())
    assert share < 2**-29, "of ordinary moduli, that many look like it"


def with_key(modulus: int, exponent: int = F4) -> bytes:
    """Put an RSA key into a certificate."""
    octets = [tlv(der.INTEGER, number.to_bytes(number.bit_length() // 8 + 1, signed=True)) for number in (modulus, exponent)]
    return signed(RSA, (KEY, 1), lambda _: tlv(der.BIT_STRING, b"\x00", tlv(der.SEQUENCE, *octets)))


def facts(data: bytes) -> dict[str, Any]:
    """Decode one certificate."""
    return certificate.read([data]).frame.row(0, named=True)


def test_a_weak_key_is_told_of_its_certificate() -> None:
    """From DER to the table; the words are the registry's."""
    element = FACTS["certificate"]["key.weakness"].type.element
    assert element is not None
    told = {
        word
        for modulus, exponent in ((ROCA, F4), (ONE * CLOSE, F4), (ONE * OTHER * 2, 2**256))
        for word in facts(with_key(modulus, exponent))["key.weakness"]
    }
    assert told == set(element.values)


def test_a_huge_modulus_is_judged_in_part_and_the_list_is_open() -> None:
    """Above 16384 bits the root is not taken; what is cheap is told all the same, within a moment."""
    assert facts(with_key((2**8192 - 1) ** 2))["key.weakness"] == ["small-factor", "close-primes"]
    assert facts(with_key(2**16384 + 1))["key.weakness"] == [None]
    assert facts(with_key(3 * 2**1_000_000))["key.weakness"] == ["even-modulus", "small-factor", None]


@pytest.mark.parametrize(
    ("modulus", "told"),
    [
        (2**16384 + 1, ["its RSA modulus of 16,385 bits is too long to be searched for close primes"]),
        (0, ["its RSA modulus is no positive number, so that weaknesses cannot be looked for"]),
        (2**8192 - 1, []),
    ],
    ids=["long", "zero", "ordinary"],
)
def test_what_was_not_looked_for_is_said(modulus: int, told: list[str]) -> None:
    """A list that stays open has a problem that says why, since the certificate itself is at hand."""
    assert [text for _, text in certificate.read([with_key(modulus)]).problems] == told


def test_other_keys_have_none_and_unknown_ones_are_open() -> None:
    """No weakness of EC keys is looked for; a key of an unknown type, or a composite, may hold an RSA key."""
    names = [row["facts"]["key_alg"] for row in READABLE]
    table = certificate.read([from_file(CORPUS / row["file"]) for row in READABLE]).frame
    told = list(zip(names, table["key.weakness"].to_list(), strict=True))
    assert {name for name, found in told if found == [None]} == {name for name in names if "-RSA" in name} != set()
    assert all(found == [] for name, found in told if "-RSA" not in name)
    unknown = signed(RSA, (KEY, 0, 0), lambda _: bytes.fromhex("06032a0304"))
    assert facts(unknown)["key.weakness"] == [None]


def test_a_key_that_cannot_be_read_is_unknown() -> None:
    """Null, and named among what is unknown."""
    row = facts(signed(RSA, (KEY, 1), lambda _: tlv(der.BIT_STRING, b"\x00\x30\x00")))
    assert row["key.weakness"] is None
    assert "key.weakness" in row["_unknown"]


def test_no_root_of_mozillas_program_is_weak() -> None:
    """Nor can any be: the list is closed for each."""
    assert certificate.read(bundle()).frame["key.weakness"].list.len().sum() == 0


def test_the_examples_are_what_they_say() -> None:
    """Primes that are far apart, and one that is near."""
    assert all(prime(one) for one in (ONE, OTHER, CLOSE))
    assert abs(ONE - OTHER) > 2**500
    assert 0 < CLOSE - ONE < 2**201
