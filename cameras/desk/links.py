"""Links to evidence that leave the node: signed, of one file, and only for a time."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from cameras.domain.errors import Code, Refusal


@dataclass(frozen=True)
class Link:
    """What somebody outside holds. `until` in Unix seconds."""

    sighting: str
    name: str
    until: int
    mac: str


def made(key: bytes, sighting: str, name: str, until: datetime) -> Link:
    """A fresh link."""
    seconds = int(until.timestamp())
    return Link(sighting, name, seconds, _mac(key, sighting, name, until=seconds))


def check(key: bytes, link: Link, *, now: datetime) -> None:
    """Raises Refusal LINK_FOREIGN when this node did not make it, LINK_EXPIRED when its time is over."""
    if not hmac.compare_digest(_mac(key, link.sighting, link.name, until=link.until), link.mac):
        raise Refusal(Code.LINK_FOREIGN)
    if now.timestamp() >= link.until:
        raise Refusal(Code.LINK_EXPIRED, {"until": datetime.fromtimestamp(link.until, UTC).isoformat()})


def path_of(link: Link) -> str:
    """Path and query on this node."""
    return f"/api/shared/{link.sighting}/{link.name}?until={link.until}&mac={link.mac}"


def _mac(key: bytes, sighting: str, name: str, *, until: int) -> str:
    said = f"dinh evidence link\n{sighting}\n{name}\n{until}".encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()
