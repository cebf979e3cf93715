"""What every engine has on disk once it acknowledged it. Each test ends its broker with kill -9."""

import time

from tests.broker.conftest import Office
from tests.broker.raw import publish_packet

SAVED_S = {"embedded": 0.0, "mosquitto": 1.5}
"""Mosquitto acknowledges first and saves within a second; the embedded engine has saved before it acknowledges."""


def _kill_and_start(office: Office) -> None:
    time.sleep(SAVED_S[office.engine.name])
    office.kill()
    office.start()


def test_what_was_acknowledged_survives_kill_9(own_office: Office) -> None:
    """Retained state, the kept session with its subscription, and the messages that wait for it."""
    with own_office.client("node-1", clean=False) as reader:
        reader.subscribe("dinh/1/meetings/m/#")
        reader.leave()
    with own_office.client("node-2") as writer:
        writer.publish("dinh/1/meetings/m/agenda", b"state", retain=True)
        for count in range(10):
            writer.publish("dinh/1/meetings/m/roll", b"%d" % count)
    _kill_and_start(own_office)
    with own_office.client("tablet-1") as late:
        late.subscribe("dinh/1/meetings/m/agenda")
        assert late.message().payload == b"state"
    with own_office.client("node-2") as writer:
        writer.publish("dinh/1/meetings/m/roll", b"after")
    with own_office.client("node-1", clean=False) as reader:
        came = [reader.message().payload for _ in range(12)]
        assert came == [b"state", *(b"%d" % count for count in range(10)), b"after"]


def test_cleared_state_stays_cleared_after_kill_9(own_office: Office) -> None:
    with own_office.client("node-2") as writer:
        writer.publish("dinh/1/meetings/m/agenda", b"state", retain=True)
        writer.publish("dinh/1/meetings/m/agenda", b"", retain=True)
    _kill_and_start(own_office)
    with own_office.client("tablet-1") as late:
        late.subscribe("dinh/1/meetings/m/agenda")
        assert late.settle() == []


def test_acknowledged_messages_do_not_come_back_after_a_restart(own_office: Office) -> None:
    with own_office.client("node-1", clean=False) as reader, own_office.client("node-2") as writer:
        reader.subscribe("dinh/1/meetings/m/#")
        for count in range(30):
            writer.send(publish_packet("dinh/1/meetings/m/roll", b"%d" % count, 1, number=count + 1))
        for _ in range(30):
            writer.await_kind(4)
        assert len(reader.settle()) + len(reader.settle()) == 30
        reader.leave()
    time.sleep(1)
    own_office.stop()
    own_office.start()
    with own_office.client("node-1", clean=False) as reader:
        assert reader.settle() == []


def test_what_was_sent_and_not_acknowledged_comes_again_after_kill_9(own_office: Office) -> None:
    """Marked as a repetition and with the number that it had. Mosquitto 2.0 saves it only along with something else."""
    with own_office.client("node-1", clean=False) as reader, own_office.client("node-2") as writer:
        reader.acks = False
        reader.subscribe("dinh/1/meetings/m/#")
        writer.publish("dinh/1/meetings/m/roll", b"once more")
        first = reader.message()
        if own_office.engine.name == "mosquitto":
            writer.publish("dinh/1/meetings/m/agenda", b"something else", retain=True)
        _kill_and_start(own_office)
    with own_office.client("node-1", clean=False) as reader:
        again = reader.message()
        assert (again.payload, again.number, again.dup) == (b"once more", first.number, True)
