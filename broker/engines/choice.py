"""Which engine this node runs."""

import os
import shutil
from pathlib import Path
from typing import Literal

from broker.engines import Engine
from broker.engines.embedded.engine import EmbeddedEngine
from broker.engines.mosquitto import BINARY, MosquittoEngine

Wanted = Literal["auto", "embedded", "mosquitto"]


class NoMosquitto(Exception):
    """Mosquitto was asked for by name and is not installed."""


def find_mosquitto() -> Path | None:
    """The binary, on the path or where Debian puts it."""
    found = shutil.which("mosquitto") or (str(BINARY) if os.access(BINARY, os.X_OK) else None)
    return Path(found) if found else None


def choose(wanted: Wanted, folder: Path, port: int) -> Engine:
    """`auto`: Mosquitto when it is found, else the embedded one. Raises NoMosquitto."""
    binary = None if wanted == "embedded" else find_mosquitto()
    if binary:
        return MosquittoEngine(folder / "mosquitto", port, binary)
    if wanted == "mosquitto":
        raise NoMosquitto("mosquitto is not installed")
    return EmbeddedEngine(folder / "embedded", port)
