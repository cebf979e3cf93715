"""A port for a server that binds it itself, a moment later."""

from edge.node import sockets


def free_port() -> int:
    """On loopback, and none that an outgoing connection is given meanwhile."""
    return sockets.free_port(0, key="tests")
