"""What only the embedded engine promises: exact answers, bounds with counters, durability while the disk is full."""

import json
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from broker.engines import Address, Credential
from broker.engines.embedded.engine import EmbeddedEngine
from broker.identity import Role
from tests.broker.conftest import Office, make_office, password
from tests.broker.raw import PUBACK, Closed, Hello, Raw, Will, connect_packet, packet, publish_packet, text
from tests.ports import free_port


class OpenEngine:
    """The embedded engine without accounts and with chosen limits."""

    name = "embedded"

    def __init__(self, folder: Path, limits: dict[str, Any]) -> None:
        self.folder = folder
        self.address = Address("127.0.0.1", free_port())
        self._limits = json.dumps(limits)

    def write(self, credentials: Iterable[Credential]) -> None:
        """It knows nobody."""

    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.broker.open_broker", str(self.folder), str(self.address.port), self._limits]

    def reload(self, pid: int) -> None:
        raise NotImplementedError


Bounded = Callable[..., Office]


@pytest.fixture
def bounded(tmp_path: Path) -> Iterator[Bounded]:
    """Starts an engine with these limits."""
    started: list[Office] = []

    def start(**limits: Any) -> Office:
        office = Office(OpenEngine(tmp_path, limits), tmp_path / "log")
        office.start()
        started.append(office)
        return office

    yield start
    for office in started:
        office.stop()


def counted(office: Office, folder: Path) -> dict[str, int]:
    """Ends the engine and reads what it counted."""
    office.stop()
    found: dict[str, int] = json.loads((folder / "counters.json").read_text())
    office.start()
    return found


def join(office: Office, client: str, *, clean: bool = True, will: Will | None = None) -> Raw:
    raw = office.raw()
    raw.send(connect_packet(client, hello=Hello(clean=clean, will=will)))
    assert raw.connack()[1] == 0
    return raw


def test_another_version_of_mqtt_is_answered_with_code_1(embedded: Office) -> None:
    for name, level in (("MQTT", 5), ("MQIsdp", 3), ("MQTT", 6)):
        with embedded.raw() as raw:
            raw.send(packet(0x10, text(name), bytes((level, 2)), b"\0\x3c", b"\0", text("tablet-1")))
            assert raw.connack() == (False, 1)
            assert raw.closed()


def test_each_refusal_has_its_code(embedded: Office) -> None:
    user = embedded.user(Role.TABLET)
    hello = Hello(will=Will("dinh/1/node/birth"))
    cases = [
        (connect_packet(user, user, "wrong"), 4),
        (connect_packet("", "", ""), 4),
        (connect_packet("someone-else", user, password(user)), 2),
        (connect_packet(user, user, password(user), hello), 5),
    ]
    for data, code in cases:
        with embedded.raw() as raw:
            raw.send(data)
            assert raw.connack() == (False, code)
            assert raw.closed()


def test_a_forbidden_subscription_is_answered_as_a_failure(embedded: Office) -> None:
    with embedded.fresh(Role.TABLET) as raw:
        wanted = ("dinh/1/node/birth", "#", "dinh/1/meetings/m/ask/tablet-1", "$share/g/dinh/1/node/birth", "a/" * 20)
        assert raw.subscribe(*wanted) == [1, 0x80, 0x80, 0x80, 0x80]


def test_qos_2_is_granted_as_1(embedded: Office) -> None:
    with embedded.fresh(Role.TABLET) as raw:
        assert raw.subscribe("dinh/1/node/birth", qos=2) == [1]


def test_a_command_cannot_be_retained(embedded: Office, meeting: Callable[[str], str]) -> None:
    user = embedded.user(Role.TABLET)
    with embedded.client(user) as tablet, embedded.fresh(Role.NODE) as node:
        tablet.publish(meeting(f"ask/{user}"), b"again and again", retain=True)
        node.subscribe(meeting("#"))
        assert node.settle() == []


def test_every_broken_connect_is_closed_without_an_answer(embedded: Office) -> None:
    body = connect_packet("tablet-1", "tablet-1", password("tablet-1"))[2:]
    flags = 7
    broken = [body[:flags] + bytes((body[flags] | bits,)) + body[flags + 1 :] for bits in (0x01, 0x08, 0x20, 0x1C)]
    broken += [body[:flags] + b"\x42" + body[flags + 1 :], body[:-5], body + b"more", b"\0\4MQTX" + body[6:], b""]
    for one in broken:
        with embedded.raw() as raw:
            raw.send(packet(0x10, one))
            with pytest.raises(Closed):
                raw.read()


def test_who_says_nothing_is_cut(bounded: Bounded, tmp_path: Path) -> None:
    office = bounded(connect_s=0.3)
    with office.raw() as silent, office.raw() as slow:
        slow.send(connect_packet("slow")[:4])
        assert silent.closed(3)
        assert slow.closed(3)
    assert counted(office, tmp_path)["too_late"] == 2


def test_a_stranger_may_say_4_kb_and_no_more(bounded: Bounded, tmp_path: Path) -> None:
    office = bounded()
    with office.raw() as stranger, join(office, "known") as known:
        stranger.send(b"\x10\x81\x20" + bytes(10))
        assert stranger.closed(3)
        known.publish("a", bytes(200_000))
    assert counted(office, tmp_path)["oversize"] == 1


def test_too_many_strangers_are_turned_away_but_friends_stay(bounded: Bounded, tmp_path: Path) -> None:
    office = bounded(newcomers=3)
    with join(office, "friend") as friend:
        strangers = [office.raw() for _ in range(6)]
        assert all(stranger.closed(5) for stranger in strangers[3:])
        assert not any(stranger.closed(0.1) for stranger in strangers[:3])
        assert friend.settle() == []
        for stranger in strangers:
            stranger.socket.close()
    assert counted(office, tmp_path)["too_many"] == 3


def test_a_full_queue_drops_the_newest_and_counts(bounded: Bounded, tmp_path: Path) -> None:
    office = bounded(queue_messages=5)
    with join(office, "reader", clean=False) as reader:
        reader.subscribe("a")
        reader.leave()
    with join(office, "writer") as writer:
        for count in range(8):
            writer.publish("a", b"%d" % count)
    with join(office, "reader", clean=False) as reader:
        assert [seen.payload for seen in reader.settle()] == [b"0", b"1", b"2", b"3", b"4"]
    assert counted(office, tmp_path)["dropped_queue"] == 3


def test_a_client_that_takes_nothing_is_cut_and_costs_little(bounded: Bounded, tmp_path: Path) -> None:
    """Other clients are served meanwhile, and what is written for it stays bounded."""
    office = bounded(stall_s=0.5)
    before = psutil.Process(office.pid).memory_info().rss
    with join(office, "stuck") as stuck, join(office, "reader") as reader, join(office, "writer") as writer:
        stuck.subscribe("a", qos=0)
        reader.subscribe("b")
        for _ in range(200):
            writer.publish("a", bytes(200_000), 0)
        writer.publish("b", b"served")
        assert reader.message().payload == b"served"
        grown = psutil.Process(office.pid).memory_info().rss - before
        assert grown < 40_000_000
        time.sleep(0.8)
    found = counted(office, tmp_path)
    assert (found["stalled"], found["dropped_qos0"] > 0) == (1, True)


def test_what_can_not_be_retained_is_not_acknowledged(bounded: Bounded, tmp_path: Path) -> None:
    office = bounded(retained_messages=2)
    with join(office, "writer") as writer:
        writer.publish("a", b"1", retain=True)
        writer.publish("b", b"2", retain=True)
        writer.publish("a", b"3", retain=True)
        writer.send(publish_packet("c", b"4", 1, number=9, retain=True))
        with pytest.raises(Closed):
            writer.read()
    assert counted(office, tmp_path)["dropped_retained"] == 1


def test_a_full_disk_withholds_acknowledgements_until_there_is_room(tmp_path: Path) -> None:
    """Nothing that was not written is acknowledged; what needs no disk goes on; nothing is lost when there is room again."""
    office = make_office("embedded", tmp_path)
    office.start()
    with office.client("node-1") as writer, office.client("tablet-1") as reader, office.client("node-2") as other:
        reader.subscribe("dinh/1/meetings/m/floor")
        soft, hard = resource.prlimit(office.pid, resource.RLIMIT_FSIZE, (65_536, resource.RLIM_INFINITY))
        writer.send(publish_packet("dinh/1/meetings/m/agenda", bytes(100_000), 1, number=1, retain=True))
        with pytest.raises(TimeoutError):
            writer.read(1)
        other.publish("dinh/1/meetings/m/floor", b"goes on", 1)
        assert reader.message().payload == b"goes on"
        assert reader.subscribe("dinh/1/meetings/m/page") == [1]
        resource.prlimit(office.pid, resource.RLIMIT_FSIZE, (soft, hard))
        assert writer.await_kind(PUBACK) == b"\0\1"
    office.kill()
    office.start()
    with office.client("tablet-1") as reader:
        reader.subscribe("dinh/1/meetings/m/agenda")
        assert len(reader.message().payload) == 100_000
    office.stop()
    assert "broker.store_failed" in office.log()


def test_publishers_are_cut_when_too_much_waits_for_the_disk(bounded: Bounded, tmp_path: Path) -> None:
    office = bounded(unwritten_bytes=100_000)
    with join(office, "writer") as writer:
        soft, hard = resource.prlimit(office.pid, resource.RLIMIT_FSIZE, (65_536, resource.RLIM_INFINITY))
        for count in range(3):
            writer.send(publish_packet(f"a{count}", bytes(100_000), 1, number=count + 1, retain=True))
        with pytest.raises(Closed):
            writer.read()
        resource.prlimit(office.pid, resource.RLIMIT_FSIZE, (soft, hard))
    assert counted(office, tmp_path)["refused_by_disk"] >= 1


def test_a_broken_store_is_put_aside(tmp_path: Path) -> None:
    office = make_office("embedded", tmp_path)
    store = tmp_path / "embedded" / "messages.sqlite"
    store.write_bytes(b"this is no database, but it is long enough to look like one" * 100)
    office.start()
    with office.client("node-1") as writer:
        writer.publish("dinh/1/node/birth", b"x", retain=True)
    assert office.stop() == 0
    assert store.with_name("messages.sqlite.broken").exists()


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    office = make_office("embedded", tmp_path)
    store = tmp_path / "embedded" / "messages.sqlite"
    with sqlite3.connect(store) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    done = subprocess.run(office.engine.command(), capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, "broker.store_newer" in done.stderr) == (2, True)


def test_a_port_in_use_and_missing_files_are_said(embedded: Office, tmp_path: Path) -> None:
    for engine, code in (
        (EmbeddedEngine(tmp_path, embedded.address.port), "broker.start_failed"),
        (EmbeddedEngine(tmp_path / "missing", free_port()), "broker.credentials"),
    ):
        if code == "broker.start_failed":
            engine.write([])
        done = subprocess.run(engine.command(), capture_output=True, text=True, timeout=20, check=False)
        assert (done.returncode, code in done.stderr) == (2, True)


def test_a_broken_credentials_file_changes_nothing_at_reload(tmp_path: Path) -> None:
    office = make_office("embedded", tmp_path)
    office.start()
    with office.client("tablet-1") as tablet:
        (tmp_path / "embedded" / "credentials.json").write_text("{")
        office.engine.reload(office.pid)
        time.sleep(0.2)
        assert tablet.settle() == []
    assert office.stop() == 0
    assert "broker.reload_failed" in office.log()


def test_a_changed_password_or_role_cuts_and_a_retired_ones_queue_is_gone(tmp_path: Path) -> None:
    office = make_office("embedded", tmp_path)
    office.start()
    with office.client("node-1", clean=False) as kept, office.client("tablet-1") as tablet:
        kept.subscribe("dinh/1/#")
        office.users["tablet-1"] = Role.SCREEN
        del office.users["node-1"]
        office.reload()
        assert tablet.closed()
        assert kept.closed()
    office.users["node-1"] = Role.NODE
    office.reload()
    end = time.monotonic() + 5
    answer = (False, 4)
    while answer == (False, 4) and time.monotonic() < end:
        with office.raw() as back:
            answer = back.connect("node-1", password("node-1"), hello=Hello(clean=False))
    assert answer == (False, 0), "let in again, with nothing kept"
    office.stop()


def test_wills_speak_when_the_broker_itself_dies(tmp_path: Path) -> None:
    """After a power cut, who does not come back is offline."""
    office = make_office("embedded", tmp_path)
    office.start()
    topics = {user: f"dinh/1/devices/{user}/status" for user in ("tablet-1", "tablet-2")}
    wills = {user: Will(topic, b"offline", retain=True) for user, topic in topics.items()}
    with office.client("tablet-1", will=wills["tablet-1"]) as gone, office.client("tablet-2", will=wills["tablet-2"]) as left:
        gone.publish(topics["tablet-1"], b"online", retain=True)
        left.publish(topics["tablet-2"], b"online", retain=True)
        left.leave()
        gone.publish("dinh/1/devices/tablet-1/about", b"its acknowledgement says that all before it is on disk", retain=True)
        office.kill()
    office.start()
    with office.client("node-1") as node:
        node.subscribe("dinh/1/devices/+/status")
        assert {seen.topic[15:23]: seen.payload for seen in node.settle()} == {"tablet-1": b"offline", "tablet-2": b"online"}
    office.stop()


def test_wills_speak_when_the_broker_is_stopped(bounded: Bounded) -> None:
    office = bounded()
    with join(office, "gone", will=Will("status/gone", b"offline", retain=True)):
        assert office.stop() == 0
    assert "Traceback" not in office.log()
    office.start()
    with join(office, "reader") as reader:
        reader.subscribe("status/+")
        assert reader.message().payload == b"offline"


def test_a_nameless_client_gets_a_name_only_for_a_clean_session(bounded: Bounded) -> None:
    office = bounded()
    with join(office, ""), join(office, "") as second, office.raw() as keeper:
        assert second.settle() == []
        keeper.send(connect_packet("", hello=Hello(clean=False)))
        assert keeper.connack() == (False, 2)


def test_wildcards_do_not_see_dollar_topics(bounded: Bounded) -> None:
    office = bounded()
    with join(office, "reader") as reader:
        reader.subscribe("#", "+/x")
        reader.publish("$private/x", b"hidden")
        assert reader.settle() == []
        reader.subscribe("$private/+")
        reader.publish("$private/x", b"asked for")
        assert reader.message().payload == b"asked for"


def test_it_is_small(embedded: Office) -> None:
    """Resident megabytes with nobody there; measured 28."""
    with embedded.fresh(Role.NODE):
        assert psutil.Process(embedded.pid).memory_info().rss < 45_000_000


def test_many_reloads_in_a_row_do_no_harm(embedded: Office) -> None:
    with embedded.fresh(Role.TABLET) as tablet:
        for _ in range(20):
            embedded.engine.reload(embedded.pid)
        assert tablet.settle() == []
