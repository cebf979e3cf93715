"""What the embedded engine writes to a client that is told much: few large pieces, in order, and nothing late."""

import asyncio
from types import SimpleNamespace
from typing import cast

from broker.engines.embedded.connection import Connection, Reception
from broker.engines.embedded.hub import Hub
from broker.engines.embedded.limits import Limits


class Written(asyncio.Transport):
    """A transport that keeps each piece it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.pieces.append(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Takes everything."""

    def is_closing(self) -> bool:
        return False


async def _pieces(limits: Limits, *, rest_s: float) -> list[bytes]:
    """One word, then two more just after it was written, then one that is large."""
    hub, written = SimpleNamespace(limits=limits), Written()
    here = Connection(cast("Hub", hub), Reception())
    here.connection_made(written)
    here.send(b"first")
    await asyncio.sleep(0)
    for word in (b"second", b"third"):
        here.send(word)
        await asyncio.sleep(rest_s)
    here.send(b"x" * limits.gather_bytes)
    return written.pieces


def test_what_follows_at_once_is_written_together_and_what_is_much_at_once() -> None:
    patient = Limits(gather_s=3600.0)
    assert asyncio.run(_pieces(patient, rest_s=0)) == [b"first", b"secondthird" + b"x" * patient.gather_bytes]


def test_what_is_gathered_is_written_after_a_moment() -> None:
    assert asyncio.run(_pieces(Limits(gather_s=0.001), rest_s=0.2))[:3] == [b"first", b"second", b"third"]
