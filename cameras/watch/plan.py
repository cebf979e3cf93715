"""What a watcher is told, and whom it speaks to. Light: this is loaded before the first camera is."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from broker.identity import is_id
from broker.messages.base import Message
from broker.topics import Topic


@dataclass(frozen=True, slots=True)
class Plan:
    """One camera as its watcher was told. The address may hold credentials: it is never shown."""

    id: str
    name: str
    url: str = field(repr=False)
    enabled: bool = True


class Air(Protocol):
    """The part of broker.client.Client that a watcher uses to speak."""

    @property
    def connected(self) -> bool: ...

    def publish(self, topic: Topic, message: Message, **ids: str) -> "Future[None]": ...

    def retain(self, topic: Topic, message: Message, **ids: str) -> None: ...


def plans_of(configuration: dict[str, Any]) -> tuple[Plan, ...]:
    """The cameras of a desired configuration. ValueError, naming the key, when it is not understood."""
    cameras = configuration.get("cameras", [])
    if not isinstance(cameras, list):
        raise ValueError("cameras")  # noqa: TRY004 - configuration is a value, not a type
    plans = tuple(_plan(entry, f"cameras/{index}") for index, entry in enumerate(cameras))
    if len({plan.id for plan in plans}) != len(plans):
        raise ValueError("cameras")
    return plans


def _plan(entry: Any, where: str) -> Plan:
    if not isinstance(entry, dict):
        raise ValueError(where)  # noqa: TRY004
    camera, url = entry.get("id"), entry.get("url")
    if not isinstance(camera, str) or not is_id(camera):
        raise ValueError(f"{where}/id")
    if not isinstance(url, str) or not url:
        raise ValueError(f"{where}/url")
    return Plan(camera, str(entry.get("name", camera)), url, enabled=bool(entry.get("enabled", True)))
