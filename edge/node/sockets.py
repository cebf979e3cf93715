"""The node's listening sockets. The supervisor binds them once and lends them to the desk, so that a restart of the desk
refuses nobody: who calls meanwhile waits in the kernel's queue.
"""

import errno
import secrets
import socket
from contextlib import suppress

from edge.errors import Code, Refusal

BACKLOG = 512
QUIET_PORTS = range(20_000, 32_000)
"""Below those that Linux lends to outgoing connections (net.ipv4.ip_local_port_range, from 32768): between the look at a free one and the child's own
bind nobody is given it by chance.
"""
TRIES = 50


def listen(bind: str, port: int, *, key: str) -> socket.socket:
    """A listening TCP socket. `key` is the setting to change when the port is taken. Raises Refusal naming both."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((bind, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise Refusal(Code.PORT_IN_USE, port=port, key=key, variable="DINH_" + key.upper().replace(".", "_")) from None
        raise Refusal(Code.BAD_SETTING, file="dinh.toml", key="https.bind", value=bind, wanted=error.strerror or "IP") from None
    listener.setblocking(False)
    return listener


def free_port(port: int, *, key: str) -> int:
    """`port` when a child can bind it on loopback, any free one for 0. Raises Refusal when it is taken."""
    for candidate in (secrets.choice(QUIET_PORTS) for _ in range(0 if port else TRIES)):
        with suppress(Refusal):
            return _tried(candidate, key=key)
    return _tried(port, key=key)


def _tried(port: int, *, key: str) -> int:
    with listen("127.0.0.1", port, key=key) as probe:
        return int(probe.getsockname()[1])


def adopt(descriptor: int) -> socket.socket:
    """A socket that the supervisor lent."""
    return socket.socket(fileno=descriptor)
