"""What a watcher is told, and whom it speaks to. Light: this is loaded before the first camera is."""

import base64
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from broker.identity import is_id
from broker.messages.base import Message
from broker.topics import Topic
from cameras.domain.areas import NOTHING_DRAWN, Areas, Kind, Mask, Zone, fault, polygon
from cameras.domain.geometry import Polygon


@dataclass(frozen=True, slots=True)
class Plan:
    """One camera as its watcher was told. The address may hold credentials: it is never shown."""

    id: str
    name: str
    url: str = field(repr=False)
    enabled: bool = True
    areas: Areas = NOTHING_DRAWN
    fence: int | None = None
    """The lease under which it is watched."""

    def drawn(self, areas: Areas) -> "Plan":
        """The same camera with other zones and masks."""
        return replace(self, areas=areas)


class Air(Protocol):
    """The part of broker.client.Client that a watcher uses to speak."""

    @property
    def connected(self) -> bool: ...

    def publish(self, topic: Topic, message: Message, **ids: str) -> "Future[None]": ...

    def retain(self, topic: Topic, message: Message, **ids: str) -> None: ...


def plans_of(configuration: dict[str, Any], password: str = "") -> tuple[Plan, ...]:
    """The cameras of a desired configuration; sealed addresses open with the watcher's password. ValueError, naming the key, when it is not understood."""
    cameras = configuration.get("cameras", [])
    if not isinstance(cameras, list):
        raise ValueError("cameras")  # noqa: TRY004 - configuration is a value, not a type
    plans = tuple(_plan(_opened(entry, f"cameras/{index}", password), f"cameras/{index}") for index, entry in enumerate(cameras))
    if len({plan.id for plan in plans}) != len(plans):
        raise ValueError("cameras")
    return plans


def heads_of(configuration: dict[str, Any]) -> tuple[bytes | None, bytes | None]:
    """Last layers of the network, as files: the one that judges and the one in its shadow. ValueError, naming the key, when they are not understood."""
    heads = configuration.get("heads", {})
    if not isinstance(heads, dict):
        raise ValueError("heads")  # noqa: TRY004
    return _head(heads, "live"), _head(heads, "shadow")


def _head(heads: dict[str, Any], role: str) -> bytes | None:
    try:
        return base64.b64decode(heads[role], validate=True) if role in heads else None
    except (ValueError, TypeError):
        raise ValueError(f"heads/{role}") from None


def _opened(entry: Any, where: str, password: str) -> Any:
    """The entry with its address in clear. Cryptography is loaded with the first sealed one."""
    if not isinstance(entry, dict) or "sealed_url" not in entry:
        return entry
    from broker.sealing import unseal  # noqa: PLC0415

    try:
        return {**entry, "url": unseal(entry["sealed_url"], password=password, of=entry["id"])}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError(f"{where}/sealed_url") from None


def _plan(entry: Any, where: str) -> Plan:
    if not isinstance(entry, dict):
        raise ValueError(where)  # noqa: TRY004
    camera, url = entry.get("id"), entry.get("url")
    if not isinstance(camera, str) or not is_id(camera):
        raise ValueError(f"{where}/id")
    if not isinstance(url, str) or not url:
        raise ValueError(f"{where}/url")
    areas = Areas(
        tuple(_zone(one, f"{where}/zones/{index}") for index, one in enumerate(_list(entry, "zones", where))),
        masks_of(_list(entry, "masks", where), f"{where}/masks"),
    )
    fence = entry.get("fence")
    if fence is not None and not isinstance(fence, int):
        raise ValueError(f"{where}/fence")
    return Plan(camera, str(entry.get("name", camera)), url, enabled=bool(entry.get("enabled", True)), areas=areas, fence=fence)


def masks_of(entries: list[Any], where: str = "masks") -> tuple[Mask, ...]:
    """Masks as a configuration has them: [{name, points}]. ValueError, naming the key."""
    return tuple(Mask(_name(one), _corners(one, f"{where}/{index}")) for index, one in enumerate(entries))


def _list(entry: dict[str, Any], key: str, where: str) -> list[Any]:
    found = entry.get(key, [])
    if not isinstance(found, list):
        raise ValueError(f"{where}/{key}")  # noqa: TRY004
    return found


def _zone(entry: Any, where: str) -> Zone:
    corners = _corners(entry, where)
    try:
        return Zone(_name(entry), Kind(entry.get("kind")), corners)
    except ValueError:
        raise ValueError(f"{where}/kind") from None


def _name(entry: Any) -> str:
    return str(entry.get("name", "")) if isinstance(entry, dict) else ""


def _corners(entry: Any, where: str) -> Polygon:
    """A mask that is not understood is never left out: the whole configuration is refused, and the old one stays in force."""
    corners = entry.get("points") if isinstance(entry, dict) else None
    pairs = isinstance(corners, list) and all(
        isinstance(corner, list) and all(isinstance(one, int | float) for one in corner) for corner in corners
    )
    if not pairs or not isinstance(corners, list) or fault(corners) is not None:
        raise ValueError(f"{where}/points")
    return polygon(corners)
