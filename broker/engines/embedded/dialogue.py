"""What a known client may say, and what it is answered. One function for each packet."""

from collections.abc import Callable
from typing import Any, Protocol

from broker.engines.embedded import packets
from broker.engines.embedded.hub import Hub, Refused
from broker.engines.embedded.packets import Connect, Disconnect, Malformed, PingReq, PubAck, Publish, PubRel, Subscribe, Unsubscribe
from broker.engines.embedded.session import Session


class Speaker(Protocol):
    """The connection that a packet came from."""

    def send(self, data: bytes) -> None:
        """Write now."""
        ...

    def reply(self, data: bytes) -> None:
        """Write once everything that the packet changed is on disk, and after every earlier reply."""
        ...

    def leave(self) -> None:
        """Close without a will."""
        ...


def take(packet: packets.Packet, *, hub: Hub, session: Session, speaker: Speaker) -> None:
    """Handle one packet after CONNECT. Raises Malformed or Refused; then the connection must be cut."""
    _TAKERS[type(packet)](packet, hub, session, speaker)


def _second_connect(_packet: Connect, _hub: Hub, _session: Session, _speaker: Speaker) -> None:
    raise Malformed("second CONNECT")


def _publish(packet: Publish, hub: Hub, session: Session, speaker: Speaker) -> None:
    if packet.qos == 2:
        _publish_once(packet, hub, session, speaker)
        return
    hub.publish(session.identity, packet)
    if packet.qos == 1:
        speaker.reply(packets.puback(packet.packet))


def _publish_once(packet: Publish, hub: Hub, session: Session, speaker: Speaker) -> None:
    """QoS 2 is taken but never sent: delivered when it comes, its identifier held until PUBREL (figure 4.3, method B)."""
    if packet.packet not in session.unreleased:
        if len(session.unreleased) >= hub.limits.replies:
            raise Refused("too many unreleased identifiers")
        hub.publish(session.identity, packet)
        session.unreleased.add(packet.packet)
    if session.keeps:  # also for a repetition: its first copy may still wait for the disk
        hub.store.hold(session.identity.client, packet.packet)
    speaker.reply(packets.pubrec(packet.packet))


def _release(packet: PubRel, hub: Hub, session: Session, speaker: Speaker) -> None:
    if packet.packet in session.unreleased:
        session.unreleased.discard(packet.packet)
        if session.keeps:
            hub.store.release(session.identity.client, packet.packet)
    speaker.reply(packets.pubcomp(packet.packet))


def _acked(packet: PubAck, _hub: Hub, session: Session, _speaker: Speaker) -> None:
    session.acked(packet.packet)


def _subscribe(packet: Subscribe, hub: Hub, session: Session, speaker: Speaker) -> None:
    codes = hub.subscribe(session, packet.filters)
    speaker.reply(packets.suback(packet.packet, codes))
    granted = zip((wanted for wanted, _ in packet.filters), codes, strict=True)
    hub.replay(session, [(wanted, code) for wanted, code in granted if code != packets.NO_SUBSCRIPTION])


def _unsubscribe(packet: Unsubscribe, hub: Hub, session: Session, speaker: Speaker) -> None:
    hub.unsubscribe(session, packet.filters)
    speaker.reply(packets.unsuback(packet.packet))


def _ping(_packet: PingReq, _hub: Hub, _session: Session, speaker: Speaker) -> None:
    speaker.send(packets.PINGRESP)


def _disconnect(_packet: Disconnect, _hub: Hub, _session: Session, speaker: Speaker) -> None:
    speaker.leave()


_TAKERS: dict[type, Callable[[Any, Hub, Session, Speaker], None]] = {
    Connect: _second_connect,
    Publish: _publish,
    PubAck: _acked,
    PubRel: _release,
    Subscribe: _subscribe,
    Unsubscribe: _unsubscribe,
    PingReq: _ping,
    Disconnect: _disconnect,
}
