"""The client's network thread: nobody who wakes it is overheard."""

import select
import socket

from paho.mqtt.enums import CallbackAPIVersion

from broker.network import Mqtt, Network, Turn


class Interrupted:
    """The thread's end of the pipe; somebody wakes the thread in the very moment in which it reads."""

    def __init__(self, pipe: socket.socket, network: Network) -> None:
        self._pipe, self._network = pipe, network

    def recv(self, size: int) -> bytes:
        self._network.wake()
        return self._pipe.recv(size)


def test_who_wakes_it_while_it_wakes_does_not_silence_those_that_follow() -> None:
    turn = Turn(after_reading=lambda: None, before_writing=lambda: None)
    network = Network(Mqtt(CallbackAPIVersion.VERSION2), "test", delays_s=(1.0,), turn=turn)
    pipe = network._wake_in
    network._wake_in = Interrupted(pipe, network)  # type: ignore[assignment] # a socket that is asked for one thing
    network.wake()
    network._awake()
    network.wake()
    assert select.select([pipe], [], [], 0)[0] == [pipe]
    pipe.close()
    network._wake_out.close()
