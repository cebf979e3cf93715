"""Which version runs."""

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Version of the installed distribution; "0" when it is not installed."""
    try:
        return version("dinh")
    except PackageNotFoundError:
        return "0"
