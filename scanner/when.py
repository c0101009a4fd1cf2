"""Instants and other facts as plain values: the one form in which certgate writes and reads them (RFC 3339, UTC)."""

from datetime import UTC, datetime, timedelta

from scanner.errors import UsageError


def instant(value: datetime) -> str:
    """Write an instant in RFC 3339, UTC with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Read a date (the instant it begins) or an instant; one without zone is UTC."""
    try:
        value = datetime.fromisoformat(text.strip())
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        # NOTE: the first and last day, moved to UTC from another zone, can lie outside the calendar.
        raise UsageError(f"{text!r} is not a date or instant; write 2026-11-24 or 2026-11-24T12:00:00Z") from error


def plain(value: object) -> object:
    """Make a fact a JSON value: instants in RFC 3339, durations in seconds."""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, list):
        return [plain(one) for one in value]
    return {name: plain(one) for name, one in value.items()} if isinstance(value, dict) else value
