"""The version of certgate and of what it stands on."""

from scanner import __version__

STANDS_ON = ("polars", "cryptography", "sslyze", "weasyprint")


def version() -> str:
    """Return certgate's own version."""
    return __version__


def tool() -> dict[str, str]:
    """Name the tool and what it stands on, for reports."""
    import platform
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    def named(name: str) -> str:
        try:
            return installed(name)
        except PackageNotFoundError:
            return "not installed"

    return {
        "name": "certgate",
        "version": version(),
        "python": platform.python_version(),
        **{name: named(name) for name in STANDS_ON},
    }
