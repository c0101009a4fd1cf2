"""The reader of DER: strict, and its quick ways are no other reader than `header`."""

import random

import pytest

from scanner.facts import der, instants


def one_by_one(data: bytes, start: int, end: int) -> list[der.Slice] | None:
    """Read values with `header` alone; None where it refuses."""
    found = []
    at = start
    try:
        while at < end:
            found.append(der.header(data, at, end))
            at = found[-1][2]
    except der.DerError:
        return None
    return found


def children(data: bytes, start: int, end: int) -> list[der.Slice] | None:
    """Read values at once; None where they are refused."""
    try:
        return der.children(data, start, end)
    except der.DerError:
        return None


def noise(source: random.Random) -> bytes:
    """Write values, some of which lie about their length."""
    data = b""
    for _ in range(source.randint(0, 4)):
        length = source.choice([0, 1, 5, 127, 128, 200, 255, 256, 300])
        told = length if source.random() < 0.9 else source.randrange(70_000)
        octets = told.to_bytes(max((told.bit_length() + 7) // 8, 1)) if source.random() < 0.9 else told.to_bytes(4)
        header = bytes([told]) if told < 128 and source.random() < 0.95 else bytes([0x80 | len(octets)]) + octets
        data += bytes([source.choice([0x02, 0x04, 0x30, 0x31, 0xA0, 0x1F])]) + header + bytes(length)
    return data[: len(data) - source.choice([0, 0, 0, 1, 2])]


def test_cutting_at_once_is_asking_for_each() -> None:
    """Both take and refuse the same, within any parent."""
    source = random.Random(20261126)
    taken = 0
    for _ in range(20_000):
        data = noise(source)
        end = len(data) - source.choice([0, 0, 0, 1, 3]) if len(data) > 3 else len(data)
        told = one_by_one(data, 0, end)
        assert children(data, 0, end) == told
        taken += told is not None
        tags = {tag for tag, _, _ in told or ()}
        for tag in (0x30, 0x04):
            wanted = [data[first:last] for _, first, last in told] if told is not None and tags <= {tag} else None
            try:
                assert der.contents(data, 0, end, tag) == wanted
            except der.DerError:
                assert wanted is None
    assert 2_000 < taken < 18_000


@pytest.mark.parametrize("data", ["", "30", "3005", "308000", "30810100", "3082000100", "1f0100", "30850000000001ff"])
def test_headers_that_are_no_der_are_refused(data: str) -> None:
    """Cut off, indefinite, not minimal, of a long tag, or with an overlong length."""
    octets = bytes.fromhex(data)
    with pytest.raises(der.DerError):
        der.header(octets, 0, len(octets))
    with pytest.raises(der.DerError):
        der.whole(octets, 0x30)
    with pytest.raises(der.DerError):
        der.expect(octets, 0, len(octets), 0x30)


@pytest.mark.parametrize(
    ("tag", "text", "seconds"),
    [
        (0x17, b"700101000000Z", 0),
        (0x17, b"491231235959Z", 2_524_607_999),
        (0x17, b"500101000000Z", -631_152_000),
        (0x18, b"99991231235959Z", 253_402_300_799),
        (0x18, b"19700102030405Z", 97_445),
    ],
)
def test_times_are_exact(tag: int, text: bytes, seconds: int) -> None:
    """UTCTime turns the century at 50 (RFC 5280 4.1.2.5.1)."""
    assert instants.read(tag, text) == seconds * 1_000_000


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (0x17, b"7001010000Z"),
        (0x17, b"19700101000000Z"),
        (0x18, b"700101000000Z"),
        (0x17, b"700101000000+"),
        (0x17, b"+70101000000Z"),
        (0x17, b"70 101000000Z"),
        (0x17, b"7_0101000000Z"),
        (0x17, b"700230000000Z"),
        (0x17, b"700101240000Z"),
        (0x17, b"700101006000Z"),
        (0x17, b"700101000060Z"),
        (0x18, b"00000101000000Z"),
        (0x04, b"700101000000Z"),
    ],
)
def test_times_that_are_none_are_refused(tag: int, text: bytes) -> None:
    """Another form, signs that int() would take, and days, hours, minutes and seconds that do not exist."""
    with pytest.raises(ValueError, match=r"date|hour|second|day|year|month"):
        instants.read(tag, text)
