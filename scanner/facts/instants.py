"""Validity: Time to microseconds since 1970 (RFC 5280 4.1.2.5)."""

from datetime import datetime
from functools import lru_cache

from scanner.facts import der

SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1).toordinal()  # noqa: DTZ001 - a day count
_CENTURY = 50
"""UTCTime: years below lie in the 21st century."""


def read(tag: int, content: bytes) -> int:
    """Read a Time; its day, minute and second are each remembered, for the three together never repeat."""
    if tag == der.UTC_TIME and len(content) == 13:
        digits = 6
    elif tag == der.GENERALIZED_TIME and len(content) == 15:
        digits = 8
    else:
        raise der.DerError("a date that is neither UTCTime nor GeneralizedTime in the form of RFC 5280")
    return _day(content[:digits]) + _minute(content[digits:-3]) + _second(content[-3:])


@lru_cache(maxsize=16384)
def _day(text: bytes) -> int:
    number = _number(text)
    if len(text) == 6:
        number += 20_000_000 if number < _CENTURY * 10_000 else 19_000_000
    return (datetime(number // 10_000, number // 100 % 100, number % 100).toordinal() - _EPOCH) * 86_400 * SECOND  # noqa: DTZ001 - UTC by definition


@lru_cache(maxsize=1440)
def _minute(text: bytes) -> int:
    hour, minute = divmod(_number(text), 100)
    if hour > 23 or minute > 59:
        raise der.DerError("an hour or a minute that no day has")
    return (hour * 60 + minute) * 60 * SECOND


@lru_cache(maxsize=60)
def _second(text: bytes) -> int:
    if text[2:] != b"Z":
        raise der.DerError("a date that does not end in Z")
    second = _number(text[:2])
    if second > 59:
        raise der.DerError("a second that no minute has")
    return second * SECOND


def _number(digits: bytes) -> int:
    # NOTE: int() alone takes signs, spaces and underscores, too.
    if not digits.isdigit():
        raise der.DerError("a date that is not in digits")
    return int(digits)
