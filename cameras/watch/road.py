"""How a watcher finds its node, and whom it believes on the way."""

import base64
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from broker.client import Road
from broker.engines import Address
from cameras.domain.audits import RATE

SPOOL_MIB = 4096


@dataclass(frozen=True, slots=True)
class Options:
    """How a watcher finds its node. `broker` is a plain MQTT listener on this machine; None: through the node's own HTTPS port."""

    node: str
    device: str
    password: str = field(repr=False)
    home: Path
    broker: Address | None
    ca: Path | None = None
    audit_rate: float = RATE
    """Share of slept minutes that are decoded afterwards."""
    spool_bytes: int = SPOOL_MIB * 1024 * 1024
    """Room for what waits to be sent."""


def trust(ca: Path | None) -> ssl.SSLContext:
    """Whom to believe: this CA alone, or the machine's own list where the node has a public certificate."""
    return ssl.create_default_context(cafile=str(ca) if ca is not None else None)


def road_to(options: Options) -> tuple[Address, Road]:
    """The way to the broker: straight, or in a WebSocket through the node's one port, with the watcher's own name and password."""
    if options.broker is not None:
        return options.broker, Road()
    url = urlsplit(options.node)
    secure = url.scheme == "https"
    pair = base64.b64encode(f"{options.device}:{options.password}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "Origin": options.node}
    where = Address(url.hostname or "", url.port or (443 if secure else 80))
    return where, Road(trust(options.ca) if secure else None, "/mqtt", headers)
