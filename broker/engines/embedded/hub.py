"""The heart of the broker: sessions, routing, retained messages, wills. One thread, the event loop's; nothing here waits.

In order, for every effect: who is it (gate), may it (rights), is there room (limits), do it, and count what was not done.
"""

import logging
from collections.abc import Iterable
from typing import Protocol

from broker.engines.embedded.gate import Gate, Identity
from broker.engines.embedded.limits import Counters, Limits, worth_a_line
from broker.engines.embedded.packets import NO_SUBSCRIPTION, NOT_ALLOWED, Connect, Publish
from broker.engines.embedded.session import Session, Wire
from broker.engines.embedded.store import Store
from broker.engines.embedded.trie import Trie, matches

_log = logging.getLogger("broker.hub")

_REMEMBERED = 20_000
"""Judgements about deliveries that are kept, so that one snapshot for 200 tablets is not judged 200 times again."""


class Refused(Exception):
    """The publisher must be cut, because an acknowledgement would not be true."""


class Link(Wire, Protocol):
    """A connection as the hub sees it."""

    def cut(self) -> None:
        """Close now; ends in `Hub.closed`."""
        ...


class Hub:
    """`start` before the first connection, `stop` after the last."""

    def __init__(self, gate: Gate, store: Store, *, limits: Limits, counters: Counters) -> None:
        self.limits = limits
        self.counters = counters
        self.store = store
        self._gate = gate
        self._sessions: dict[str, Session] = {}
        self._links: dict[str, Link] = {}
        self._wills: dict[str, Publish] = {}
        self._trie = Trie()
        self._retained: dict[str, Publish] = {}
        self._retained_bytes = 0
        self._judged: dict[tuple[str, str], bool] = {}

    def start(self) -> None:
        """Read credentials and what was saved. Sessions of users that are gone are dropped, subscriptions are judged again,
        and the wills of those who were connected when the broker died are published: they come back and say so, or they do not.

        Raises GateError, NewerStore or sqlite3.Error.
        """
        self._gate.reload()
        saved = self.store.open()
        self._retained = saved.retained
        self._retained_bytes = sum(len(message.payload) for message in self._retained.values())
        for client, state in saved.sessions.items():
            if (identity := self._gate.current(client)) is None:
                self.store.drop_session(client)
                continue
            session = self._new_session(identity, keeps=True)
            session.restore(state)
            self._judge_subscriptions(session)
        for client, will in saved.wills.items():
            self._publish_will(client, will)
        _log.info("broker.started sessions=%d retained=%d", len(self._sessions), len(self._retained))

    def connect(self, link: Link, packet: Connect) -> tuple[Session, bool] | int:
        """1. Who. 2. May it leave that will. 3. The older connection of the same client ends, with its will. 4. Its session.

        Answers the session and whether it was there, or the code of the refusal; a refusal has changed nothing.
        The caller still owes the CONNACK and then `session.attach`.
        """
        identity = self._gate.admit(packet)
        if isinstance(identity, int):
            self.counters.refused += 1
            return identity
        client = identity.client
        if packet.will and not identity.rights.may_publish(client, packet.will.topic, retain=packet.will.retain):
            self.counters.denied_will += 1
            self.counters.refused += 1
            return NOT_ALLOWED
        if older := self._links.get(client):
            self.counters.taken_over += 1
            older.cut()
        session, present = self._session(identity, keeps=not packet.clean)
        self._links[client] = link
        if packet.will:
            self._wills[client] = packet.will
            self.store.will(client, packet.will)
        self.counters.connected += 1
        return session, present

    def closed(self, link: Link, session: Session, *, with_will: bool) -> None:
        """A connection is over."""
        client = session.identity.client
        if self._links.get(client) is not link:
            return
        del self._links[client]
        session.detach()
        will = self._wills.pop(client, None)
        if not session.keeps:
            self._discard(session)
        if will and with_will:
            self._publish_will(client, will)
        elif will:
            self.store.no_will(client)

    def publish(self, identity: Identity, message: Publish) -> None:
        """Route one message. A forbidden one goes nowhere and is acknowledged all the same (3.3.5 leaves no other answer).

        Raises Refused when it cannot be kept. The caller owes the acknowledgement, once `store.pending()` is committed.
        """
        self.counters.received += 1
        if not identity.rights.may_publish(identity.client, message.topic, retain=message.retain):
            self.counters.denied_publish += 1
            if worth_a_line(self.counters.denied_publish):
                _log.warning("broker.denied_publish client=%s topic=%.200r", identity.client, message.topic)
            return
        self._spread(message)

    def subscribe(self, session: Session, filters: Iterable[tuple[str, int]]) -> list[int]:
        """The granted QoS (at most 1) or the failure code of each. The caller owes the SUBACK and then `replay`."""
        return [self._subscribe(session, wanted, min(qos, 1)) for wanted, qos in filters]

    def replay(self, session: Session, filters: Iterable[tuple[str, int]]) -> None:
        """Deliver what is retained under these granted filters."""
        for wanted, qos in filters:
            for message in self._retained_under(wanted):
                if self._may_receive(session, message.topic):
                    session.deliver(message, min(qos, message.qos, 1), retain=True)

    def unsubscribe(self, session: Session, filters: Iterable[str]) -> None:
        for wanted in filters:
            if session.subscriptions.pop(wanted, None) is not None:
                self._trie.remove(wanted, session.identity.client)
                if session.keeps:
                    self.store.unsubscribe(session.identity.client, wanted)

    def reload(self) -> None:
        """Credentials have changed: whoever is not who it was is cut at once, and what a retired user left waiting is dropped."""
        self._gate.reload()
        self._judged.clear()
        for client, session in list(self._sessions.items()):
            current = self._gate.current(client)
            if current == session.identity:
                continue
            if link := self._links.get(client):
                self.counters.cut += 1
                link.cut()
            if current is None:
                self._discard(session)
            elif session.keeps:
                session.identity = current
                self._judge_subscriptions(session)

    def stop(self) -> None:
        """End every connection, with its will as the specification asks, and write what waits."""
        for link in list(self._links.values()):
            link.cut()
        self.store.close()

    def _publish_will(self, client: str, will: Publish) -> None:
        """Judged again, because the right may have been withdrawn since."""
        self.store.no_will(client)
        current = self._gate.current(client)
        if current is None or not current.rights.may_publish(client, will.topic, retain=will.retain):
            self.counters.denied_will += 1
            return
        try:
            self._spread(will)
        except Refused:
            _log.error("broker.will_lost client=%s", client)

    def _session(self, identity: Identity, *, keeps: bool) -> tuple[Session, bool]:
        """The session of a new connection: the kept one, or a fresh one in place of whatever was there (3.1.2.4)."""
        older = self._sessions.get(identity.client)
        if older and keeps and older.keeps:
            return older, True
        if older:
            self._discard(older)
        if keeps:
            self.store.keep_session(identity.client)
        return self._new_session(identity, keeps=keeps), False

    def _new_session(self, identity: Identity, *, keeps: bool) -> Session:
        session = Session(identity, keeps=keeps, store=self.store, limits=self.limits, counters=self.counters)
        self._sessions[identity.client] = session
        return session

    def _discard(self, session: Session) -> None:
        client = session.identity.client
        for wanted in session.subscriptions:
            self._trie.remove(wanted, client)
        if self._sessions.get(client) is session:
            del self._sessions[client]
        if session.keeps:
            self.store.drop_session(client)

    def _judge_subscriptions(self, session: Session) -> None:
        """Put saved subscriptions into force, except those that are not allowed any more."""
        identity = session.identity
        for wanted, qos in list(session.subscriptions.items()):
            if identity.rights.may_subscribe(identity.client, wanted):
                self._trie.add(wanted, identity.client, qos)
            else:
                self.unsubscribe(session, [wanted])

    def _subscribe(self, session: Session, wanted: str, qos: int) -> int:
        client, rights = session.identity.client, session.identity.rights
        room = wanted in session.subscriptions or len(session.subscriptions) < self.limits.subscriptions
        plain = wanted.count("/") < self.limits.levels and not wanted.startswith("$share/")
        if not room or not plain or not rights.may_subscribe(client, wanted):
            self.counters.denied_subscribe += 1
            if worth_a_line(self.counters.denied_subscribe):
                _log.warning("broker.denied_subscribe client=%s filter=%.200r", client, wanted)
            return NO_SUBSCRIPTION
        session.subscriptions[wanted] = qos
        self._trie.add(wanted, client, qos)
        if session.keeps:
            self.store.subscribe(client, wanted, qos)
        return qos

    def _spread(self, message: Publish) -> None:
        """Keep it when it asks so, and give it to everyone who may have it. Raises Refused before any effect."""
        if self.store.unwritten > self.limits.unwritten_bytes:
            self.counters.refused_by_disk += 1
            raise Refused("the disk does not take more")
        if message.retain:
            self._retain(message)
        for client, granted in self._trie.match(message.topic).items():
            session = self._sessions[client]
            if self._may_receive(session, message.topic):
                session.deliver(message, min(granted, message.qos, 1), retain=False)

    def _retain(self, message: Publish) -> None:
        older = self._retained.get(message.topic)
        size = self._retained_bytes + len(message.payload) - (len(older.payload) if older else 0)
        if not message.payload:
            if self._retained.pop(message.topic, None) is None:
                return
        elif size > self.limits.retained_bytes or (older is None and len(self._retained) >= self.limits.retained_messages):
            self.counters.dropped_retained += 1
            raise Refused("nothing more can be retained")
        else:
            self._retained[message.topic] = message
        self._retained_bytes = size
        self.store.retain(message)

    def _retained_under(self, wanted: str) -> list[Publish]:
        if "+" not in wanted and "#" not in wanted:
            return [self._retained[wanted]] if wanted in self._retained else []
        return [message for topic, message in self._retained.items() if matches(wanted, topic)]

    def _may_receive(self, session: Session, topic: str) -> bool:
        key = session.identity.client, topic
        allowed = self._judged.get(key)
        if allowed is None:
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            allowed = self._judged[key] = session.identity.rights.may_receive(*key)
        if not allowed:
            self.counters.denied_receive += 1
        return allowed
