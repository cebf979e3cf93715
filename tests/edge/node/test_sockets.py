"""A port that is free stays free until the child that it was looked up for has bound it."""

import socket
from pathlib import Path

import pytest

from edge.errors import Code, Refusal
from edge.node import sockets
from edge.node.sockets import QUIET_PORTS, free_port

LENT = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_any_free_port_is_one_that_outgoing_connections_are_never_given() -> None:
    first, *_ = (int(number) for number in LENT.read_text().split())
    assert {free_port(0, key="broker.port") in QUIET_PORTS for _ in range(20)} == {True}
    assert QUIET_PORTS.stop <= first


def test_what_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        monkeypatch.setattr(sockets, "QUIET_PORTS", (number,))
        assert free_port(0, key="broker.port") != number
        with pytest.raises(Refusal) as refused:
            free_port(number, key="broker.port")
    assert refused.value.code is Code.PORT_IN_USE
