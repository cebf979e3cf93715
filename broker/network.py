"""paho-mqtt on a thread of ours, through its interface for other loops: bytes are read and written in large pieces.

paho's own thread asks the system for one byte, then another, then the rest of every packet, and lets go of the interpreter each time. In a
process whose other threads compute, each of these waits its turn: a hall that votes at once was held up by this more than by its signatures.
"""

import logging
import select
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

_log = logging.getLogger("broker.client")

PIECE: Final = 256 * 1024
"""Bytes that are asked for at a time."""
OWED_MAX: Final = 1024 * 1024
"""With so many bytes that the broker has not taken, packets wait with paho."""
MISC_S: Final = 1.0
"""Keep-alive is looked after this often."""
GOODBYE_S: Final = 1.0
"""Last bytes are given so long to leave."""


class Wire:
    """A socket as paho sees it, with a buffer in each direction. `sock`: a connected TCP or TLS socket, or paho's own WebSocket."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._come, self._at = b"", 0
        self._owed = bytearray()
        self._over = False

    def fileno(self) -> int:
        return int(self._sock.fileno())

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - as a socket has it
        self._sock.setblocking(flag)

    @property
    def waiting(self) -> bool:
        """Bytes are here, or the end is, and paho has not seen it."""
        return self._over or self._at < len(self._come)

    @property
    def owes(self) -> bool:
        """Bytes were taken from paho that the system has not."""
        return bool(self._owed)

    def fill(self) -> None:
        """Take what has come, all of it."""
        pieces = [self._come[self._at :]]
        while not self._over and (piece := self._piece()):
            pieces.append(piece)
            if len(piece) < PIECE and not self._more():
                break
        self._come, self._at = b"".join(pieces), 0

    def recv(self, size: int) -> bytes:
        """BlockingIOError when nothing is here; empty at the end, as a socket."""
        if self._at >= len(self._come) and not self._over:
            raise BlockingIOError
        piece = self._come[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def send(self, data: bytes | bytearray) -> int:
        """Taken here, sent by `flush`. BlockingIOError while too much is owed."""
        if len(self._owed) > OWED_MAX:
            raise BlockingIOError
        self._owed += data
        return len(data)

    def flush(self) -> None:
        """Give the system what it takes now. A broken connection shows when it is read."""
        with suppress(OSError):
            while self._owed:
                del self._owed[: self._sock.send(self._owed)]

    def close(self) -> None:
        """With a goodbye, when there is still somebody to say it to."""
        if self._owed and not self._over:
            with suppress(OSError, AttributeError):
                self._sock.settimeout(GOODBYE_S)
                self._sock.sendall(self._owed)
        self._sock.close()

    def _more(self) -> int:
        return self._sock.pending() if hasattr(self._sock, "pending") else 0

    def _piece(self) -> bytes:
        try:
            piece: bytes = self._sock.recv(PIECE)
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return b""
        except OSError:
            piece = b""
        self._over = not piece
        return piece


class Mqtt(paho.Client):
    """paho with a `Wire` for its socket, which it makes in this one place, as it does for WebSockets.

    Acknowledgements are told to `acknowledged` with their identifier. paho's `on_publish` stays unused: for it, paho also makes the
    properties and the reason of an acknowledgement that never comes for every message of QoS 0, which takes longer than to send it.
    """

    acknowledged: Callable[[int], None] | None = None

    def _do_on_publish(self, mid: int, reason_code: ReasonCode, properties: Properties) -> MQTTErrorCode:
        done = super()._do_on_publish(mid, reason_code, properties)
        if self.acknowledged is not None:
            self.acknowledged(mid)
        return done

    def _create_socket(self) -> Any:
        return Wire(super()._create_socket())


@dataclass(frozen=True)
class Turn:
    """What is done on the network thread in each of its turns."""

    after_reading: Callable[[], None]
    before_writing: Callable[[], None]


class Network:
    """The thread: connects, again and again until `stop`, and moves bytes."""

    def __init__(self, mqtt: Mqtt, name: str, *, delays_s: Sequence[float], turn: Turn) -> None:
        self._mqtt, self._delays_s, self._turn = mqtt, delays_s, turn
        self._thread = threading.Thread(target=self._run, name=f"mqtt-{name}", daemon=True)
        self._ending = threading.Event()
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._failures = 0
        self._woken = False
        mqtt.on_socket_register_write = self._registered

    def start(self) -> None:
        self._thread.start()

    def connected(self) -> None:
        """The broker has let us in: the next failure is a first one."""
        self._failures = 0

    def stop(self) -> None:
        """Say goodbye and end. Safe to call twice, and before `start`."""
        self._ending.set()
        self.wake()
        if self._thread.ident is not None:
            self._thread.join()

    def wake(self) -> None:
        """There is something to write. From any thread; once is enough until the thread has had its turn."""
        if self._woken:
            return
        self._woken = True
        with suppress(OSError):  # it has ended
            self._wake_out.send(b"\0")

    def _registered(self, *_: Any) -> None:
        self.wake()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._mqtt.reconnect()
            except (OSError, ValueError) as error:
                _log.debug("broker.unreachable why=%s", type(error).__name__)
            else:
                self._live()
            if not self._ending.is_set():
                self._ending.wait(self._delays_s[min(self._failures, len(self._delays_s) - 1)])
                self._failures += 1
        self._wake_in.close()
        self._wake_out.close()

    def _live(self) -> None:
        """Until the connection is over."""
        poll, here = select.poll(), self._mqtt.socket()
        if here is None:
            return
        poll.register(self._wake_in, select.POLLIN)
        poll.register(here.fileno(), select.POLLIN)
        said = False
        while (wire := self._mqtt.socket()) is here and isinstance(wire, Wire):
            if self._ending.is_set() and not said:
                said = True
                self._mqtt.disconnect()
            poll.modify(wire.fileno(), select.POLLIN | (select.POLLOUT if wire.owes else 0))
            for number, _ in poll.poll(MISC_S * 1000):
                if number == self._wake_in.fileno():
                    self._awake()
                else:
                    self._read(wire)
            self._turn.before_writing()
            self._write(wire)
            self._mqtt.loop_misc()

    def _awake(self) -> None:
        """What woke us is taken away before the next may be sent: the other way round, one that came in between would be taken with it, and the
        thread would sleep through all that follow. Whoever was not let send meanwhile left its work before; this turn does it.
        """
        with suppress(BlockingIOError):
            self._wake_in.recv(4096)
        self._woken = False

    def _read(self, wire: Wire) -> None:
        wire.fill()
        while wire.waiting and self._mqtt.socket() is wire:
            self._mqtt.loop_read()
        self._turn.after_reading()

    def _write(self, wire: Wire) -> None:
        if self._mqtt.want_write() and self._mqtt.socket() is wire:
            self._mqtt.loop_write()
        if wire.owes and self._mqtt.socket() is wire:
            wire.flush()


__all__ = ["Mqtt", "Network", "Turn", "Wire"]
