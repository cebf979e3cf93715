"""Who may see a camera, and what becomes of it when somebody leaves: over real sockets, real sessions, real watchers' passwords."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from broker.messages.base import Message
from broker.messages.cameras import Feed
from broker.topics import FEED, Topic
from cameras.desk import feeds as pairing
from cameras.desk.feeds import Feeds
from cameras.desk.ports import Holder
from edge.accounts.service import COMMAND
from edge.http import feeds
from edge.http.app import AppParts, build_app
from tests.edge.desk import Desk, Hands, desk, new_id
from tests.edge.http.served import served, until


@dataclass
class Node:
    """The two doors of feeds, with one watcher and one camera."""

    desk: Desk
    feeds: Feeds
    where: str = ""
    asks: list[tuple[str, Feed]] = field(default_factory=list)
    holder: Holder | None = None
    coming: bool = True
    watching: list[Any] = field(default_factory=list)

    def publish(self, topic: Topic, message: Message, **ids: str) -> None:
        """The ask goes out; the watcher comes with a hello, unless it does not."""
        assert isinstance(message, Feed)
        self.asks.append((topic.of(**ids), message))
        if self.coming:
            threading.Thread(target=self._come, args=(message.id,), daemon=True).start()

    def _come(self, feed: str) -> None:
        line = self.bring(feed)
        line.send(json.dumps({"hello": feed}))
        self.watching.append(line)

    def bring(self, feed: str, device: str = "watcher-1") -> Any:
        pair = base64.b64encode(f"{device}:{self.desk.credentials[device].password}".encode()).decode()
        return connect(
            f"ws://{self.where}/api/feeds/{feed}", additional_headers={"Authorization": f"Basic {pair}"}, proxy=None, legacy=True
        )

    def view(self, *roles: str, camera: str = "cam-1", query: str = "kind=live", **more: Any) -> Any:
        headers = {"Cookie": self.desk.cookie(*roles)} if roles else {}
        origin = more.pop("origin", f"http://{self.where}")
        return connect(
            f"ws://{self.where}/api/cameras/{camera}/feed?{query}",
            origin=origin,
            additional_headers=headers,
            proxy=None,
            legacy=True,
            **more,
        )


@contextmanager
def stage(folder: Path) -> Iterator[Node]:
    with desk(folder, Hands()) as found:
        for watcher in ("watcher-1", "watcher-2"):
            found.devices.ensure(watcher, kind="watcher", name=watcher)
        node = Node(found, Feeds.__new__(Feeds), holder=Holder("watcher-1", online=True, enabled=True))
        node.feeds = Feeds(node, new_id, lambda camera: node.holder if camera == "cam-1" else None)
        app = build_app(AppParts(version="1", routers=[feeds.router(node.feeds, found.gate)], pages=folder / "built"))
        with served(app) as where:
            node.where = where
            yield node


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with stage(tmp_path_factory.mktemp("feeds")) as node:
        yield node


@pytest.fixture
def node(shared: Node) -> Iterator[Node]:
    shared.asks.clear()
    shared.watching.clear()
    shared.holder, shared.coming = Holder("watcher-1", online=True, enabled=True), True
    yield shared
    for line in shared.watching:
        line.close()
    until(lambda: shared.feeds._open == 0)


def refused(viewer: Any) -> str:
    """The code that is said before the end."""
    code = str(json.loads(viewer.recv(timeout=10))["refused"]["code"])
    with pytest.raises(ConnectionClosed):
        viewer.recv(timeout=10)
    return code


def test_what_the_watcher_sends_comes_as_it_is_and_what_the_viewer_says_goes_back(node: Node) -> None:
    with node.view("officer") as viewer:
        hello = json.loads(viewer.recv(timeout=5))
        topic, ask = node.asks[0]
        until(lambda: node.watching)
        assert (topic, ask.kind, ask.id) == (FEED.of(camera="cam-1"), "live", hello["hello"])
        node.watching[0].send(bytes(range(256)) * 200)
        assert viewer.recv(timeout=5) == bytes(range(256)) * 200
        viewer.send("more" + "x" * 500)
        assert node.watching[0].recv(timeout=5) == "more" + "x" * 60
    with pytest.raises(ConnectionClosed):
        node.watching[0].recv(timeout=5)


@pytest.mark.parametrize("roles", [(), ("secretary",), ("chair", "member"), ("auditor",)], ids=lambda roles: "-".join(roles) or "stranger")
def test_others_than_officers_and_administrators_see_nothing(node: Node, roles: tuple[str, ...]) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        node.view(*roles)
    assert node.asks == []


def test_an_administrator_sees(node: Node) -> None:
    with node.view("administrator") as viewer:
        assert "hello" in json.loads(viewer.recv(timeout=5))


@pytest.mark.parametrize("origin", [None, "https://elsewhere.example"])
def test_a_page_from_elsewhere_sees_nothing(node: Node, origin: str | None) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        node.view("officer", origin=origin)


@pytest.mark.parametrize(
    "query", ["kind=range", "kind=film", "kind=range&start=2026-03-05T08:00:00Z&end=2026-03-05T07:00:00Z", "kind=spans&start=8&end=x", ""]
)
def test_an_ask_without_sense_is_refused(node: Node, query: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        node.view("officer", query=query)
    assert node.asks == []


@pytest.mark.parametrize(
    ("holder", "code"),
    [
        (None, "cameras.unknown_camera"),
        (Holder("watcher-1", online=True, enabled=False), "cameras.camera_off"),
        (Holder("watcher-1", online=False, enabled=True), "cameras.watcher_away"),
        (Holder(None, online=False, enabled=True), "cameras.watcher_away"),
    ],
)
def test_why_nothing_comes_is_said(node: Node, holder: Holder | None, code: str) -> None:
    node.holder = holder
    with node.view("officer") as viewer:
        assert refused(viewer) == code
    assert node.asks == []


def test_a_watcher_that_does_not_come_is_not_waited_for_long(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "ARRIVE_S", 0.3)
    node.coming = False
    with node.view("officer") as viewer:
        assert refused(viewer) == "cameras.watcher_silent"
    with pytest.raises(InvalidStatus, match="403"):
        node.bring(node.asks[0][1].id)


def test_an_ask_is_for_one_watcher_and_once(node: Node) -> None:
    node.coming = False
    with node.view("officer") as viewer:
        until(lambda: node.asks)
        feed = node.asks[0][1].id
        with pytest.raises(InvalidStatus, match="403"):
            node.bring(feed, "watcher-2")
        node._come(feed)
        assert json.loads(viewer.recv(timeout=5)) == {"hello": feed}
        with pytest.raises(InvalidStatus, match="403"):
            node.bring(feed)


def test_a_watcher_that_goes_in_the_middle_ends_the_view(node: Node) -> None:
    with node.view("officer") as viewer:
        viewer.recv(timeout=5)
        until(lambda: node.watching)
        node.watching[0].close()
        with pytest.raises(ConnectionClosed):
            viewer.recv(timeout=5)


def test_more_than_the_node_carries_is_refused(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "MOST", 2)
    with ExitStack() as open_ones:
        for _ in range(2):
            open_ones.enter_context(node.view("officer")).recv(timeout=5)
        assert refused(open_ones.enter_context(node.view("officer"))) == "cameras.feeds_full"


def test_a_viewer_that_does_not_read_holds_nobody_but_his_own_watcher(node: Node) -> None:
    """The node takes from the watcher only what the viewer takes; others go on meanwhile."""
    slow = node.view("officer", max_queue=1)
    slow.recv(timeout=5)
    until(lambda: node.watching)
    sent = [0]

    def pour() -> None:
        with suppress(ConnectionClosed):
            while True:
                node.watching[0].send(bytes(64 * 1024))
                sent[0] += 64 * 1024

    pouring = threading.Thread(target=pour, daemon=True)
    pouring.start()
    steady = [-1]

    def stands_still() -> bool:
        before, steady[0] = steady[0], sent[0]
        time.sleep(0.3)
        return before == sent[0] and before > 0

    until(stands_still, 15)
    assert sent[0] < 32 << 20, "what nobody reads is held in the sockets between, no more"
    with node.view("administrator") as other:
        assert "hello" in json.loads(other.recv(timeout=5))
    slow.socket.close()
    pouring.join(15)
    assert not pouring.is_alive()


def test_a_session_that_ends_ends_its_view(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "STILL_THERE_S", 0.2)
    with node.view("officer") as viewer:
        viewer.recv(timeout=5)
        accounts = node.desk.accounts
        officer = next(row.id for row in accounts.all() if row.login == "officer")
        accounts.end_sessions(officer, by=COMMAND)
        with pytest.raises(ConnectionClosed):
            viewer.recv(timeout=5)
