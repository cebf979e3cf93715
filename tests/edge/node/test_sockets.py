"""A port that is free stays free until the child that it was looked up for has bound it."""

import socket

import pytest

from edge.errors import Code, Refusal
from edge.node import sockets
from edge.node.sockets import QUIET_PORTS, free_port

LENT_FROM = 32_768
"""Where Linux begins to lend ports to outgoing connections, unless somebody set it otherwise."""


def test_any_free_port_is_one_that_outgoing_connections_are_not_given() -> None:
    assert {free_port(0, key="broker.port") in QUIET_PORTS for _ in range(20)} == {True}
    assert max(QUIET_PORTS) < LENT_FROM


def test_what_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        monkeypatch.setattr(sockets, "QUIET_PORTS", (number,))
        assert free_port(0, key="broker.port") != number
        with pytest.raises(Refusal) as refused:
            free_port(number, key="broker.port")
    assert refused.value.code is Code.PORT_IN_USE
