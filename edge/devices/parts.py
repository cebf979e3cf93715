"""What the services of this package share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlmodel import Session

from broker.engines import Credential
from broker.messages.base import Message
from broker.topics import Topic
from edge.devices.profiles import Catalogue
from edge.devices.vault import Vault
from edge.ports import Means

PATIENCE_S: Final = 30.0


class Air(Protocol):
    """The post office. `publish` of a retained topic keeps the snapshot and sends it again on every connect."""

    def publish(self, topic: Topic, message: Message, **ids: str) -> None: ...

    def clear(self, topic: Topic, **ids: str) -> None:
        """Take a retained message away from the broker, and from what is sent again."""
        ...

    def forget(self, topic: Topic, **ids: str) -> None:
        """A retained message is another's to say from now on: it stays, and is not sent again."""
        ...


@dataclass(frozen=True)
class DeviceParts:
    """Supplied by compose. `write` hands every credential to the broker's engine, which reloads."""

    means: Means
    air: Air
    vault: Vault
    catalogue: Catalogue
    write: Callable[[Sequence[Credential]], None]
    public_url: str
    """https://host:port as devices on the commune's network reach the node."""
    heads: Callable[[Session], Mapping[str, Any]] = lambda _: {}
    """What every watcher is told of the network's last layers, beside its cameras."""
    ca: Callable[[], str] = lambda: ""
    """SHA-256 of the node's CA certificate, base64url: a machine without a browser knows by it that it met the right node."""
