"""Which broker this node runs, and who may enter it."""

from collections.abc import Iterable

from broker.engines import Credential, Engine
from broker.engines.choice import NoMosquitto, Wanted, choose
from edge.errors import Code, Refusal
from edge.home import Home
from edge.node.names import BROKER
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


def admit(settings: Settings, credentials: Iterable[Credential]) -> None:
    """Write who may enter, and make a running broker read it. Does nothing for an external broker, whose operator does that."""
    office = engine(settings)
    if office is None:
        return
    office.write(credentials)
    if (pid := _running_broker(settings.home)) is not None:
        office.reload(pid)


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
