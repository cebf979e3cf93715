"""The typed client against both engines: delivery, acknowledgement after the work, snapshots, reconnecting, honest failure."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import UTC, datetime

import paho.mqtt.client as paho
import pytest
from paho.mqtt.client import MQTTMessage

from broker import topics
from broker.client import Client, Code, Handler, Undelivered, Will
from broker.identity import Role
from broker.messages.devices import Done, Status
from broker.messages.meetings import MeetingAnswer, MeetingAsk, NoticeSnapshot
from broker.messages.node import Birth
from broker.outgoing import PAYLOAD_MAX, WAITING_MAX, Letter, Outgoing
from tests.broker.conftest import Office, password

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Box:
    """Collects what came and lets a test wait for it."""

    def __init__(self) -> None:
        self.came: list[tuple[str, bytes]] = []
        self._more = threading.Condition()

    def __call__(self, topic: str, payload: bytes) -> None:
        with self._more:
            self.came.append((topic, payload))
            self._more.notify_all()

    def wait(self, holds: Callable[[list[tuple[str, bytes]]], bool], seconds: float = 8) -> bool:
        with self._more:
            return self._more.wait_for(lambda: holds(self.came), seconds)


Make = Callable[..., Client]


@pytest.fixture
def make() -> Iterator[Make]:
    """Started clients that end with the test."""
    with ExitStack() as stack:

        def made(office: Office, user: str, will: Will | None = None, *, start: bool = True) -> Client:
            client = Client(office.address, user, password(user), will=will)
            stack.callback(client.stop)
            if start:
                client.start()
                assert client.wait_connected(5)
            return client

        yield made


def listen(client: Client, wanted: str, handler: Handler) -> None:
    """Subscribed, and the broker knows it: it has answered what was said after."""
    client.on(wanted, handler)
    client.publish(topics.NOTICE, notice(0), meeting="listen").result(5)


def ask(number: int) -> MeetingAsk:
    return MeetingAsk(id=f"ask-{number}", at=NOW, kind="speak")


def done(number: int) -> Done:
    return Done(id=f"do-{number}", ok=True, at=NOW)


def notice(revision: int) -> NoticeSnapshot:
    return NoticeSnapshot(revision=revision, at=NOW, text=f"{revision}")


def test_a_word_goes_from_a_tablet_to_the_node_and_back(office: Office, make: Make) -> None:
    user, box = office.user(Role.TABLET), Box()
    node, tablet = make(office, office.user(Role.NODE)), make(office, user)
    listen(node, topics.ASK.filter(meeting="words"), box)
    tablet.publish(topics.ASK, ask(1), meeting="words", device=user).result(5)
    assert box.wait(bool)
    assert box.came == [(f"dinh/1/meetings/words/ask/{user}", ask(1).to_bytes())]
    heard = Box()
    tablet.on(topics.NOTICE.of(meeting="words"), heard)
    node.retain(topics.NOTICE, notice(1), meeting="words")
    assert heard.wait(lambda came: came == [("dinh/1/meetings/words/notice", notice(1).to_bytes())])


def test_what_is_published_before_the_broker_is_there_arrives(own_office: Office, make: Make) -> None:
    box = Box()
    node = make(own_office, "node")
    listen(node, topics.DONE.filter(), box)
    own_office.stop()
    tablet = make(own_office, "tablet-1", start=False)
    tablet.start()
    waiting = [tablet.publish(topics.DONE, done(count), device="tablet-1") for count in range(40)]
    assert not any(future.done() for future in waiting)
    own_office.start()
    for future in waiting:
        future.result(10)
    assert box.wait(lambda came: len(came) == 40)
    assert [payload for _, payload in box.came] == [done(count).to_bytes() for count in range(40)]


def test_snapshots_come_again_to_a_broker_that_lost_everything(own_office: Office, make: Make) -> None:
    node = make(own_office, "node")
    for revision in range(50):
        node.retain(topics.NOTICE, notice(revision), meeting="m")
    node.retain(topics.BIRTH, Birth(session="s", at=NOW, version="1"))
    node.clear(topics.BIRTH)
    own_office.stop()
    for file in own_office.stores():
        file.unlink()
    own_office.start()
    assert node.wait_connected(10)
    assert node._outgoing.wait_empty(5)
    with own_office.client("tablet-1") as raw:
        raw.subscribe("dinh/1/meetings/m/notice", "dinh/1/node/birth")
        assert raw.message().payload == notice(49).to_bytes()
        assert raw.settle() == []


def test_a_message_is_acknowledged_only_when_its_work_is_done(own_office: Office, make: Make) -> None:
    """The desk ends before it has committed: the word comes again. Once committed, it does not."""
    taken: list[Future[None]] = []
    for fate in ("cancelled", "done"):
        node = make(own_office, "node", start=False)
        arrived = threading.Event()

        def take(_topic: str, _payload: bytes, arrived: threading.Event = arrived) -> Future[None]:
            taken.append(Future())
            arrived.set()
            return taken[-1]

        node.on(topics.DONE.filter(), take)
        node.start()
        assert node.wait_connected(5)
        if fate == "cancelled":
            make(own_office, "tablet-1").publish(topics.DONE, done(1), device="tablet-1").result(5)
        assert arrived.wait(5), f"before {fate}"
        if fate == "cancelled":
            taken[-1].cancel()
        else:
            taken[-1].set_result(None)
        time.sleep(0.2)
        node.stop()
    assert len(taken) == 2
    last = make(own_office, "node", start=False)
    box = Box()
    last.on(topics.DONE.filter(), box)
    last.start()
    assert last.wait_connected(5)
    assert not box.wait(bool, 0.5)


def test_an_ask_and_its_answer_go_without_acknowledgements(office: Office, make: Make) -> None:
    """The answer is the acknowledgement of the ask; a lost one is asked for again, under the same id."""
    user, box = office.user(Role.TABLET), Box()
    node, tablet = make(office, office.user(Role.NODE)), make(office, user)
    qos: list[int] = []

    def noted(client: Client) -> None:
        hear = client._message

        def note(mqtt: paho.Client, data: object, message: MQTTMessage) -> None:
            qos.append(message.qos)
            hear(mqtt, data, message)

        client._mqtt.on_message = note

    noted(tablet)
    tablet.on(topics.ANSWER.of(meeting="m", device=user), box)
    listen(node, topics.ASK.filter(meeting="m"), box)
    noted(node)
    tablet.publish(topics.DONE, done(1), device=user).result(5)
    assert tablet.publish(topics.ASK, ask(1), meeting="m", device=user).result(5) is None
    assert box.wait(lambda came: len(came) == 1)
    node.publish(topics.ANSWER, MeetingAnswer(id="ask-1", at=NOW, ok=True), meeting="m", device=user).result(5)
    end = time.monotonic() + 5
    while len(qos) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    assert qos == [0, 0]


def test_a_handler_that_fails_is_counted_and_blocks_nobody(office: Office, make: Make) -> None:
    user, box = office.user(Role.TABLET), Box()
    node, tablet = make(office, office.user(Role.NODE)), make(office, user)

    def broken(topic: str, payload: bytes) -> Future[None] | None:
        box(topic, payload)
        if len(box.came) % 2:
            raise KeyError(topic)
        failed: Future[None] = Future()
        failed.set_exception(ValueError("no"))
        return failed

    listen(node, topics.ASK.filter(meeting="broken"), broken)
    for count in range(50):
        tablet.publish(topics.ASK, ask(count), meeting="broken", device=user)
    assert box.wait(lambda came: len(came) == 50)
    end = time.monotonic() + 5
    while node.traffic.failed < 50 and time.monotonic() < end:
        time.sleep(0.02)
    assert node.traffic.failed == 50
    assert node.connected


def test_a_slow_handler_does_not_cost_the_connection(office: Office, make: Make) -> None:
    """The network thread publishes while a handler is stuck."""
    user, entered, go_on = office.user(Role.TABLET), threading.Event(), threading.Event()
    node, tablet = make(office, office.user(Role.NODE)), make(office, user)

    def stuck(_topic: str, _payload: bytes) -> None:
        entered.set()
        go_on.wait(20)

    listen(node, topics.ASK.filter(meeting="slow"), stuck)
    tablet.publish(topics.ASK, ask(1), meeting="slow", device=user)
    assert entered.wait(5)
    node.publish(topics.NOTICE, notice(1), meeting="slow").result(5)
    go_on.set()


def test_a_retained_command_is_not_obeyed(office: Office, make: Make) -> None:
    """Whoever got one into the broker, an ask that was kept is old."""
    node, box = make(office, office.user(Role.NODE)), Box()
    message = _library_message("dinh/1/meetings/m/ask/tablet-1", retain=True)
    node.on(topics.ASK.filter(), box)
    node._handle(message, lambda: None)
    assert (box.came, node.traffic.stale) == ([], 1)


def test_the_will_is_a_typed_word_too(office: Office, make: Make) -> None:
    user, box = office.user(Role.TABLET), Box()
    node = make(office, office.user(Role.NODE))
    listen(node, topics.STATUS.of(device=user), box)
    will = Status(state="offline", session="one")
    tablet = make(office, user, (topics.STATUS, will, {"device": user}))
    tablet.retain(topics.STATUS, Status(state="online", session="one"), device=user)
    assert box.wait(lambda came: len(came) == 1)
    with socket.fromfd(tablet._mqtt.socket().fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:  # type: ignore[union-attr]
        line.shutdown(2)
    assert box.wait(lambda came: [payload for _, payload in came][1:2] == [will.to_bytes()])
    assert box.wait(lambda came: len(came) == 3), "it came back and said so"


def test_a_refused_client_says_so(office: Office) -> None:
    client = Client(office.address, "tablet-1", "wrong")
    client.start()
    end = time.monotonic() + 5
    while not client.traffic.refusals and time.monotonic() < end:
        time.sleep(0.02)
    assert client.traffic.refusals
    assert not client.connected
    waiting = client.publish(topics.ABOUT, Status(state="online", session="x"), device="tablet-1")
    client.stop()
    assert waiting.exception(1).code is Code.CLOSED  # type: ignore[union-attr]


def asleep() -> None:
    """Nobody to wake: the tests call `hand_over` themselves."""


def test_too_much_is_refused_and_counted() -> None:
    outgoing = Outgoing(lambda _topic, _payload, _qos, _retain: None, asleep)
    outgoing.connected()
    for payload, code in ((bytes(PAYLOAD_MAX + 1), Code.TOO_LARGE), (b"", Code.OVERFLOW)):
        answer = outgoing.publish(Letter("t", payload))
        outgoing.hand_over()
        error = answer.exception(0)
        assert isinstance(error, Undelivered)
        assert error.code is code
    numbers = iter(range(1, WAITING_MAX * 2))
    silent = Outgoing(lambda _topic, _payload, _qos, _retain: next(numbers), asleep)
    silent.connected()
    waiting = [silent.publish(Letter("t", b"x")) for _ in range(WAITING_MAX)]
    assert silent.publish(Letter("t", b"x")).exception(0) is not None
    silent.hand_over()
    silent.acknowledged(1)
    assert waiting[0].done()
    assert not silent.publish(Letter("t", b"x")).done()
    assert (outgoing.undelivered, silent.undelivered) == (2, 1)


def test_an_old_snapshot_never_overtakes_a_newer_one() -> None:
    """One message of a topic is on its way at a time; while it is, only the newest waits."""
    sent: list[tuple[str, bytes]] = []

    def publisher(topic: str, payload: bytes, _qos: int, _retain: object) -> int:
        sent.append((topic, payload))
        return len(sent)

    outgoing = Outgoing(publisher, asleep)
    outgoing.snapshot("t", b"1")
    outgoing.hand_over()
    assert sent == [], "nothing before the connection"
    outgoing.connected()
    outgoing.hand_over()
    outgoing.snapshot("t", b"2")
    outgoing.snapshot("t", b"3")
    outgoing.hand_over()
    assert sent == [("t", b"1")]
    outgoing.disconnected()
    outgoing.connected()
    outgoing.hand_over()
    assert sent == [("t", b"1")], "the library repeats what was on its way"
    outgoing.acknowledged(1)
    assert not outgoing.wait_empty(0)
    outgoing.hand_over()
    assert sent == [("t", b"1"), ("t", b"3")]
    outgoing.acknowledged(2)
    assert outgoing.wait_empty(0)


def test_stop_waits_for_what_is_on_its_way(office: Office) -> None:
    user = office.user(Role.TABLET)
    tablet = Client(office.address, user, password(user))
    tablet.start()
    assert tablet.wait_connected(5)
    waiting = [tablet.publish(topics.DONE, done(count), device=user) for count in range(30)]
    tablet.stop()
    assert [future.result(0) for future in waiting] == [None] * 30
    tablet.stop()


def _library_message(topic: str, *, retain: bool) -> MQTTMessage:
    message = MQTTMessage(1, topic.encode())
    message.retain, message.qos, message.payload = retain, 1, b"{}"
    return message
