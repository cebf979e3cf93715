"""The embedded broker on a disk whose fsync fails: nothing is acknowledged that is not on it, and the air goes on."""

from pathlib import Path

import pytest

from broker.identity import Role
from tests.broker.conftest import Office, make_office
from tests.broker.raw import PUBACK, publish_packet
from tests.faulty_disk import BROKEN, FULL, FaultyDisk, faulty_disk

__all__ = ["faulty_disk"]
STORE = "messages.sqlite"


@pytest.fixture
def office(faulty_disk: FaultyDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A broker of this test's own, on the faulty disk."""
    for name, value in faulty_disk.environment.items():
        monkeypatch.setenv(name, value)
    made = make_office("embedded", tmp_path)
    made.start()
    return made


@pytest.mark.parametrize("number", [BROKEN, FULL])
@pytest.mark.parametrize("call", ["fsync", "write"])
def test_what_the_disk_did_not_take_is_not_acknowledged_and_the_air_goes_on(
    office: Office, faulty_disk: FaultyDisk, call: str, number: int
) -> None:
    with office.client("node-1") as writer, office.fresh(Role.TABLET) as reader:
        reader.subscribe("dinh/1/meetings/m/floor")
        with faulty_disk.fails("fsync" if call == "fsync" else "write", number, STORE):
            writer.send(publish_packet("dinh/1/meetings/m/agenda", b"kept later", 1, number=1, retain=True))
            writer.send(publish_packet("dinh/1/meetings/m/floor", b"goes on"))
            assert reader.message().payload == b"goes on"
            with pytest.raises(TimeoutError):
                writer.read(1)
        assert writer.await_kind(PUBACK) == b"\0\1"
    office.kill()
    office.start()
    with office.fresh(Role.TABLET) as later:
        later.subscribe("dinh/1/meetings/m/agenda")
        assert later.message().payload == b"kept later"
    assert office.stop() == 0
    assert "broker.store_failed" in office.log()


def test_a_broker_that_died_with_a_failed_commit_behind_it_starts_again_whole(office: Office, faulty_disk: FaultyDisk) -> None:
    """What was not acknowledged is there as a whole or not at all; and it starts on a disk that still fails."""
    with office.client("node-1") as writer:
        writer.publish("dinh/1/meetings/m/agenda", b"acknowledged", retain=True)
        with faulty_disk.fails("fsync", BROKEN, STORE):
            writer.send(publish_packet("dinh/1/meetings/m/agenda", b"not acknowledged", 1, number=9, retain=True))
            with pytest.raises(TimeoutError):
                writer.read(1)
            office.kill()
            office.start()
    with office.fresh(Role.TABLET) as later:
        later.subscribe("dinh/1/meetings/m/agenda")
        assert later.message().payload in {b"acknowledged", b"not acknowledged"}
    assert office.stop() == 0
