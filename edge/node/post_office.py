"""Which broker this node runs, and who may enter it."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from broker.engines import Address, Credential, Engine
from broker.engines.choice import NoMosquitto, Wanted, choose
from edge.errors import Code, Refusal
from edge.home import Home
from edge.node.names import BROKER
from edge.node.sockets import free_port
from edge.node.status import read_status
from edge.settings import Settings


def engine(settings: Settings) -> Engine | None:
    """The engine to run as a child, or None when the broker is external. Raises Refusal when Mosquitto is wanted and missing."""
    wanted = settings.broker_engine
    if wanted == "external" or (wanted == "auto" and settings.broker_url):
        return None
    try:
        return choose(_known(wanted), settings.home.broker, settings.broker_port)
    except NoMosquitto:
        raise Refusal(Code.BROKER_MISSING, key="broker.engine", program="mosquitto") from None


def address(settings: Settings) -> Address:
    """Where the broker listens: on loopback, or where the operator says."""
    url = urlsplit(settings.broker_url)
    if not settings.broker_url:
        return Address("127.0.0.1", settings.broker_port)
    return Address(url.hostname or "", url.port or (8883 if url.scheme == "mqtts" else 1883))


def port(settings: Settings) -> int:
    """The broker's port on loopback: the operator's; for 0 the one of last time when it is still free, else any free one."""
    if settings.broker_port:
        return free_port(settings.broker_port, key="broker.port")
    last = _last(settings.home)
    with suppress(Refusal):
        return free_port(last.port if last else 0, key="broker.port")
    return free_port(0, key="broker.port")


def written(settings: Settings, office: Engine) -> bool:
    """True when the broker's files are there as this start needs them. Remembers engine and port for the next time."""
    said = f"{office.name} {office.address.port}"
    file = _memory(settings.home)
    same = file.exists() and file.read_text("ascii") == said and (settings.home.broker / office.name).exists()
    file.write_text(said, "ascii")
    return same


def admit(settings: Settings, credentials: Iterable[Credential]) -> None:
    """Write who may enter, and make a running broker read it. Does nothing for an external broker, whose operator does that."""
    office = engine(settings)
    if office is None:
        return
    office.write(credentials)
    if (pid := _running_broker(settings.home)) is not None:
        office.reload(pid)


def _memory(home: Home) -> Path:
    return home.broker / "last"


def _last(home: Home) -> Address | None:
    with suppress(FileNotFoundError, ValueError):
        return Address("127.0.0.1", int(_memory(home).read_text("ascii").split()[-1]))
    return None


def _known(wanted: str) -> Wanted:
    if wanted == "embedded":
        return "embedded"
    return "mosquitto" if wanted == "mosquitto" else "auto"


def _running_broker(home: Home) -> int | None:
    try:
        children = read_status(home).children
    except Refusal:
        return None
    return next((child.pid for child in children if child.name == BROKER), None)
