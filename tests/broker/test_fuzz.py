"""Bytes that no client would send, against a running broker: it answers nothing to strangers, stays up, and does not grow."""

import json
import socket
import time
from pathlib import Path

import psutil
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.identity import Role
from tests.broker.conftest import Office, password
from tests.broker.raw import Closed, Hello, Raw, Will, connect_packet, packet, publish_packet, text

LIVE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

ALMOST = st.sampled_from(
    [
        publish_packet("dinh/1/node/birth", b"x", 1, number=1, retain=True),
        packet(0x82, b"\0\1", text("dinh/1/#"), b"\1"),
        packet(0xA2, b"\0\1", text("dinh/1/#")),
        connect_packet("tablet-1", "tablet-1", "guess", Hello(will=Will("dinh/1/node/birth"))),
        b"\xc0\x00",
        b"\xe0\x00",
        b"\x40\x02\x00\x01",
        b"\x62\x02\x00\x01",
    ]
)
BYTES = st.lists(st.binary(max_size=60) | ALMOST, min_size=1, max_size=6).map(b"".join)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Packets of a client with a few bytes changed, cut or doubled."""
    whole = bytearray(b"".join(draw(st.lists(ALMOST, min_size=1, max_size=5))))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(whole) - 1))
        whole[at] = draw(st.integers(0, 255))
    return bytes(whole[: draw(st.integers(1, len(whole)))])


def answers(raw: Raw) -> bytes:
    """Everything that comes until the broker closes or has nothing to say."""
    raw.socket.shutdown(socket.SHUT_WR)
    found = b""
    try:
        while True:
            first, body = raw.read(3)
            found += bytes((first,)) + body
    except (Closed, TimeoutError):
        return found


@given(BYTES | damaged())
@LIVE
def test_a_stranger_hears_nothing_but_a_refusal(embedded: Office, data: bytes) -> None:
    with embedded.raw() as raw:
        raw.send(data)
        heard = answers(raw)
    assert heard in {b"", *(b"\x20\0" + bytes((code,)) for code in (1, 2, 4, 5))}


@given(BYTES | damaged())
@LIVE
def test_a_known_client_harms_nobody(embedded: Office, data: bytes) -> None:
    with embedded.client("watcher-1") as reader:
        reader.subscribe("dinh/1/node/birth")
        with embedded.raw() as raw:
            raw.send(connect_packet("tablet-1", "tablet-1", password("tablet-1")) + data)
            assert answers(raw).startswith(b"\x20\0\0")
        assert reader.settle() == []


def test_a_storm_of_broken_connections_leaves_nothing_behind(embedded: Office, tmp_path: Path) -> None:
    """Resident memory after the second storm is what it was after the first."""
    process, topic = psutil.Process(embedded.pid), f"dinh/1/devices/{embedded.user(Role.TABLET)}/status"
    garbage = json.dumps({"a": "b" * 2000}).encode()

    def storm() -> int:
        for count in range(600):
            with embedded.raw() as raw:
                if count % 3 == 0:
                    raw.send(connect_packet("tablet-3", "tablet-3", password("tablet-3"), Hello(will=Will(topic))))
                raw.send(garbage[: count * 3])
        end = time.monotonic() + 10
        while len(process.net_connections()) > 1 and time.monotonic() < end:
            time.sleep(0.05)
        with embedded.fresh(Role.TABLET) as last:
            assert last.settle() == []
        return process.memory_info().rss

    first, open_files = storm(), process.num_fds()
    assert storm() - first < 1_500_000
    assert process.num_fds() <= open_files + 5
