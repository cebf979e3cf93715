"""/mqtt and /api/live over real sockets and the real embedded broker."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from broker.client import Client, Road
from broker.engines import Address
from broker.engines.embedded.engine import EmbeddedEngine
from broker.messages.devices import Status
from broker.topics import DESIRED, HEALTH, STATUS
from edge.accounts.gate import DEVICE_COOKIE
from edge.accounts.service import COMMAND
from edge.http.live import Hub, LivePost, may_see
from tests.edge.desk import Desk, Hands, desk, enrolled
from tests.edge.http.served import Broker, app_of, mqtt_client, served, until
from tests.ports import free_port

MQTT = [Subprotocol("mqtt")]


@dataclass
class Node:
    desk: Desk
    broker: Broker
    hub: Hub
    where: str

    def ticket(self, device: str) -> str:
        return self.desk.devices.tickets.give(device, self.desk.clock.now)[0]

    def open(self, ticket: str, **more: Any) -> Any:
        return connect(
            f"ws://{self.where}/mqtt?ticket={ticket}",
            subprotocols=more.pop("subprotocols", MQTT),
            **{"origin": f"http://{self.where}", **more},
        )


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    home: Path = tmp_path_factory.mktemp("node")
    broker = Broker(EmbeddedEngine(home / "broker", free_port()))
    with desk(home, Hands(), reload=broker.write) as found:
        broker.start()
        hub = Hub()
        with served(app_of(found, home, hub=hub, broker_port=broker.engine.address.port)) as where:
            yield Node(found, broker, hub, where)
        broker.stop()


def online(node: Node, device: str) -> paho.Client:
    """The device over the WebSocket, with a will."""
    client = mqtt_client(device, node.desk.credentials[device].password, websockets=True)
    client.ws_set_options(path=f"/mqtt?ticket={node.ticket(device)}", headers={"Origin": f"http://{node.where}"})
    topic = STATUS.of(device=device)
    client.will_set(topic, Status(state="offline", session="s1").to_bytes(), qos=1, retain=True)
    up = threading.Event()
    client.on_connect = lambda *_rest: up.set()
    host, _, port = node.where.partition(":")
    client.connect(host, int(port), keepalive=60)
    client.loop_start()
    assert up.wait(8)
    client.publish(topic, Status(state="online", session="s1").to_bytes(), qos=1, retain=True).wait_for_publish(8)
    return client


def heard(node: Node, topic: str) -> tuple[paho.Client, list[bytes]]:
    """What the node hears on a topic."""
    said: list[bytes] = []
    client = mqtt_client("node", node.desk.credentials["node"].password, websockets=False)
    ready = threading.Event()
    client.on_connect = lambda *_rest: subscribe(client, topic)
    client.on_subscribe = lambda *_rest: ready.set()
    client.on_message = lambda _client, _data, message: said.append(bytes(message.payload))
    client.connect("127.0.0.1", node.broker.engine.address.port)
    client.loop_start()
    assert ready.wait(8)
    return client, said


def subscribe(client: paho.Client, topic: str) -> None:
    client.subscribe(topic, qos=1)


def state(payload: bytes) -> str:
    return str(json.loads(payload)["state"]) if payload else "cleared"


def test_a_device_reaches_the_broker_and_its_will_fires_when_the_socket_goes(node: Node) -> None:
    _tablet, device = enrolled(node.desk)
    listener, said = heard(node, STATUS.of(device=device))
    client = online(node, device)
    until(lambda: [state(one) for one in said] == ["online"])
    sock = client.socket()
    assert sock is not None
    sock.close()
    client.loop_stop()
    until(lambda: [state(one) for one in said] == ["online", "offline"])
    listener.disconnect()
    listener.loop_stop()


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_a_watcher_on_another_machine_needs_no_browser_and_no_ticket(node: Node) -> None:
    _tablet, device = enrolled(node.desk, kind="watcher")
    where = Address(node.where.partition(":")[0], int(node.where.partition(":")[2]))
    password = node.desk.credentials[device].password
    listener, said = heard(node, STATUS.of(device=device))
    client = Client(where, device, password, road=Road(path="/mqtt", headers=basic(device, password)))
    client.retain(STATUS, Status(state="online", session="s9"), device=device)
    client.start()
    until(lambda: [state(one) for one in said] == ["online"])
    gone = node.desk.devices.retire(device, by=COMMAND)
    until(lambda: not client.connected)
    assert gone.state == "retired"
    client.stop()
    listener.disconnect()
    listener.loop_stop()


@pytest.mark.parametrize("wrong", ["password", "kind", "origin"])
def test_a_name_and_a_password_let_only_watchers_in_and_no_page(node: Node, wrong: str) -> None:
    _tablet, device = enrolled(node.desk, kind="tablet" if wrong == "kind" else "watcher")
    password = "x" * 43 if wrong == "password" else node.desk.credentials[device].password
    origin = Origin("https://elsewhere.test") if wrong == "origin" else None
    with (
        pytest.raises(InvalidStatus),
        connect(f"ws://{node.where}/mqtt", subprotocols=MQTT, origin=origin, additional_headers=basic(device, password)),
    ):
        pytest.fail("it was let in")


def test_retirement_cuts_the_connection_at_once(node: Node) -> None:
    _tablet, device = enrolled(node.desk)
    gone = threading.Event()
    client = online(node, device)
    client.on_disconnect = lambda *_rest: gone.set()
    node.desk.devices.retire(device, by=COMMAND)
    assert gone.wait(5)
    client.loop_stop()


def test_when_the_broker_goes_the_socket_is_closed(node: Node) -> None:
    _tablet, device = enrolled(node.desk)
    with node.open(node.ticket(device)) as socket:
        socket.send(b"\xff" * 8)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=8)


def test_a_large_message_passes_whole(node: Node) -> None:
    _tablet, device = enrolled(node.desk)
    client = online(node, device)
    sizes: list[int] = []
    client.on_message = lambda _client, _data, message: sizes.append(len(message.payload))
    client.subscribe(DESIRED.of(device=device), qos=1)
    sender, _said = heard(node, STATUS.of(device=device))
    sender.publish(DESIRED.of(device=device), b"x" * 120_000, qos=1, retain=True).wait_for_publish(8)
    until(lambda: len(sizes) > 0)
    assert sizes == [1, 120_000][1:]
    for one in (client, sender):
        one.disconnect()
        one.loop_stop()


def refused(node: Node, ticket: str, **more: Any) -> int:
    with pytest.raises(InvalidStatus) as caught, node.open(ticket, **more):
        pass
    return caught.value.response.status_code


def test_another_origin_is_refused_and_the_ticket_is_not_spent(node: Node) -> None:
    _tablet, device = enrolled(node.desk)
    ticket = node.ticket(device)
    assert refused(node, ticket, origin="https://elsewhere.example") == 403
    assert refused(node, ticket, origin=None) == 403
    with node.open(ticket) as socket:
        assert socket.subprotocol == "mqtt"


def test_another_subprotocol_is_refused(node: Node) -> None:
    _tablet, device = enrolled(node.desk)
    assert refused(node, node.ticket(device), subprotocols=[Subprotocol("chat")]) == 403


def test_a_ticket_counts_once(node: Node) -> None:
    _tablet, device = enrolled(node.desk)
    ticket = node.ticket(device)
    with node.open(ticket) as socket:
        assert socket.subprotocol == "mqtt"
    assert refused(node, ticket) == 403


def test_a_ticket_ends_after_a_minute(node: Node) -> None:
    _tablet, device = enrolled(node.desk)
    ticket = node.ticket(device)
    node.desk.clock.pass_by(seconds=60)
    assert refused(node, ticket) == 403


@pytest.mark.parametrize("ticket", ["", "guess", "%00"])
def test_an_invented_ticket_is_refused(node: Node, ticket: str) -> None:
    assert refused(node, ticket) == 403


def test_words_are_no_bytes(node: Node) -> None:
    _tablet, device = enrolled(node.desk)
    with node.open(node.ticket(device)) as socket:
        socket.send("xin chào")
        with pytest.raises(ConnectionClosed) as caught:
            socket.recv(timeout=8)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1003


def live(node: Node, cookie: str, **more: Any) -> Any:
    return connect(f"ws://{node.where}/api/live", additional_headers={"Cookie": cookie}, **{"origin": f"http://{node.where}", **more})


def test_a_page_gets_what_is_and_then_what_happens(node: Node) -> None:
    node.hub.heard(HEALTH.of(camera="cam-1"), b'{"state": "seen"}')
    with live(node, node.desk.cookie("officer")) as socket:
        assert json.loads(socket.recv(timeout=8)) == {"topic": HEALTH.of(camera="cam-1"), "payload": {"state": "seen"}}
        LivePost(node.desk.air, node.hub).clear(HEALTH, camera="cam-1")
        node.hub.tell("live/sightings", {"id": "s1"})
        node.hub.heard(STATUS.of(device="tablet-1"), b'{"state": "online"}')
        node.hub.tell("live/sightings/last", {"id": "s2"})
        said = [json.loads(socket.recv(timeout=8)) for _ in range(3)]
    assert [(one["topic"], one["payload"]) for one in said] == [
        (HEALTH.of(camera="cam-1"), None),
        ("live/sightings", {"id": "s1"}),
        ("live/sightings/last", {"id": "s2"}),
    ]
    assert node.hub.latest(HEALTH, camera="cam-1") is None


@pytest.mark.parametrize("role", ["administrator", "secretary", "chair", "officer", "screen", "auditor", "member"])
def test_nobody_sees_camera_passwords_or_asks(role: str) -> None:
    for topic in ("dinh/1/devices/watcher-1/desired", "dinh/1/meetings/m1/ask/tablet-1", "dinh/1/meetings/m1/answer/tablet-1", "x"):
        assert not may_see(frozenset({role}), topic)


def test_a_stranger_and_another_origin_see_nothing_live(node: Node) -> None:
    for cookie, more in (("", {}), (node.desk.cookie("officer"), {"origin": "https://elsewhere.example"})):
        with pytest.raises(InvalidStatus) as caught, live(node, cookie, **more):
            pass
        assert caught.value.response.status_code == 403


def test_a_hall_screen_is_online_while_its_page_is_open(node: Node) -> None:
    tablet, device = enrolled(node.desk, kind="screen")
    cookie = node.desk.enrolments.prove(device, tablet.proof(device, node.desk.clock.now)).cookie

    def online_now() -> bool:
        return next(row.online for row in node.desk.devices.all() if row.id == device)

    with live(node, f"{DEVICE_COOKIE}={cookie}"):
        until(online_now)
    until(lambda: not online_now())
    assert not online_now()


def test_a_session_that_ends_closes_its_page(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.http.live.STILL_THERE_S", 0.1)
    person = node.desk.person("chair")
    token = node.desk.cookie("chair")
    with live(node, token) as socket:
        node.desk.accounts.end_sessions(person.account, by=COMMAND)
        with pytest.raises(ConnectionClosed):
            drain(socket)


def drain(socket: ClientConnection) -> None:
    """Read until it is closed."""
    while True:
        socket.recv(timeout=8)
