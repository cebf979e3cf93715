"""Which broker this node runs, and who may enter it."""

import importlib.util
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from broker.engines import Credential, Engine
from broker.engines.embedded.engine import EmbeddedEngine
from edge.errors import Code, Refusal
from edge.home import Home
from edge.node.status import read_status
from edge.settings import Settings

CHILD: Final = "broker"
"""Name of the broker's child process."""


def engine(settings: Settings) -> Engine | None:
    """The engine to run as a child, or None when the broker is external. Raises Refusal when Mosquitto is wanted and missing."""
    wanted = settings.broker_engine
    if wanted == "external" or (wanted == "auto" and settings.broker_url):
        return None
    binary = mosquitto()
    if wanted == "mosquitto" and binary is None:
        raise Refusal(Code.BROKER_MISSING, key="broker.engine", program="mosquitto")
    if binary is not None and wanted in {"auto", "mosquitto"}:
        return _mosquitto_engine(settings.home, settings.broker_port, binary)
    return EmbeddedEngine(settings.home.broker / "embedded", settings.broker_port)


def mosquitto() -> Path | None:
    """The installed Mosquitto; Debian puts it where only root's PATH looks."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")
    return Path(found) if found and importlib.util.find_spec("broker.engines.mosquitto") else None


def admit(settings: Settings, credentials: Iterable[Credential]) -> None:
    """Write who may enter, and make a running broker read it. Does nothing for an external broker, whose operator does that."""
    office = engine(settings)
    if office is None:
        return
    office.write(credentials)
    if (pid := _running_broker(settings.home)) is not None:
        office.reload(pid)


def _mosquitto_engine(home: Home, port: int, binary: Path) -> Engine:
    from broker.engines.mosquitto import MosquittoEngine  # noqa: PLC0415 - only when it is installed

    made: Engine = MosquittoEngine(home.broker / "mosquitto", port, binary)
    return made


def _running_broker(home: Home) -> int | None:
    try:
        children = read_status(home).children
    except Refusal:
        return None
    return next((child.pid for child in children if child.name == CHILD), None)
