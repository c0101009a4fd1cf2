"""What an RSA key betrays by itself (BR 6.1.1.3, 6.1.6); no list of known keys is asked, no further factor sought."""

from collections.abc import Iterator
from functools import cache, lru_cache
from math import gcd, isqrt, prod

LARGEST_EXPONENT = 2**256 - 1
SMALL_FACTOR = 752
ROUNDS = 100
"""Of Fermat's method, as the Baseline Requirements count them."""
MOST_BITS = 16_384
"""Of a modulus for which Fermat's method is tried: its root costs."""


def _primes(limit: int) -> list[int]:
    return [number for number in range(2, limit) if all(number % divisor for divisor in range(2, isqrt(number) + 1))]


@cache
def _small_primes() -> int:
    return prod(_primes(SMALL_FACTOR))


_SIEVE = (16, 9, 5, 7, 11, 13, 17, 19, 23, 29, 31)
"""Moduli by which a number is seen to be no square; together they let one of two thousand pass."""


def of_rsa(modulus: int, exponent: int) -> Iterator[str | None]:
    """Yield the weaknesses of a key in the order of the registry; None says that there may be more."""
    if exponent % 2 == 0:
        yield "even-exponent"
    if exponent > LARGEST_EXPONENT:
        yield "exponent-too-large"
    if modulus % 2 == 0:
        yield "even-modulus"
    if modulus <= 0:
        yield None
        return
    if gcd(modulus, _small_primes()) != 1:
        yield "small-factor"
    judged = modulus.bit_length() <= MOST_BITS
    if judged and _close_primes(modulus):
        yield "close-primes"
    if _roca(modulus):
        yield "roca"
    if not judged:
        yield None


def _close_primes(modulus: int) -> bool:
    """Look for a, b with modulus = a² - b² among the first a from the root on (Fermat)."""
    root = isqrt(modulus)
    first = root + (root * root < modulus)
    left = (1 << ROUNDS) - 1
    for small in _SIEVE:
        left &= _squares(small, modulus % small) >> first % small
        if not left:
            return False
    return any(left >> step & 1 and _square((first + step) ** 2 - modulus) for step in range(ROUNDS))


@lru_cache(maxsize=sum(_SIEVE))
def _squares(small: int, residue: int) -> int:
    """Set the bit of every a for which a² - residue may be a square, as far as its remainder tells."""
    remainders = {number * number % small for number in range(small)}
    return sum(1 << number for number in range(ROUNDS + small) if (number * number - residue) % small in remainders)


def _square(number: int) -> bool:
    return isqrt(number) ** 2 == number


def _powers(prime: int) -> frozenset[int]:
    """List the powers of 65537 modulo a prime."""
    found = {1}
    power = 65537 % prime
    while power not in found:
        found.add(power)
        power = power * 65537 % prime
    return frozenset(found)


@cache
def _generated() -> tuple[tuple[int, frozenset[int]], ...]:
    """List the odd primes that every primorial of the flawed library holds, with their powers; those that tell most first."""
    found = ((prime, _powers(prime)) for prime in _primes(168) if prime > 2)
    return tuple(sorted(found, key=lambda one: len(one[1]) / one[0]))


def _roca(modulus: int) -> bool:
    """Tell a modulus of the flawed library (CVE-2017-15361): modulo each of these primes it is a power of 65537."""
    return all(modulus % prime in powers for prime, powers in _generated())
