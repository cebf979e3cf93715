"""What every engine does with connections: who is let in, when somebody is cut, and what the last will does."""

import time
from collections.abc import Callable

import pytest

from broker.identity import Role
from tests.broker.conftest import Office, password
from tests.broker.raw import Closed, Hello, Will, connect_packet, packet, publish_packet, text

Topics = Callable[[str], str]

REFUSED = {4, 5}
"""Bad user or password, or not authorised: brokers differ, clients do the same."""


def test_a_known_user_is_let_in(office: Office) -> None:
    user = office.user(Role.TABLET)
    with office.raw() as raw:
        assert raw.connect(user, password(user)) == (False, 0)
        raw.leave()


@pytest.mark.parametrize(
    ("user", "secret"),
    [("tablet-1", "wrong"), ("tablet-1", ""), ("nobody", "x"), ("", ""), ("tablet-1", password("tablet-2"))],
    ids=["wrong password", "empty password", "unknown user", "nothing", "another one's password"],
)
def test_a_stranger_is_refused_and_cut(office: Office, user: str, secret: str) -> None:
    with office.raw() as raw:
        raw.send(connect_packet(user, user, secret))
        assert raw.connack()[1] in REFUSED
        assert raw.closed()


def test_no_credentials_at_all_are_refused(office: Office) -> None:
    with office.raw() as raw:
        raw.send(connect_packet("tablet-1"))
        assert raw.connack()[1] in REFUSED


def test_a_stranger_with_a_known_client_id_does_not_disturb_its_owner(office: Office, meeting: Topics) -> None:
    user = office.user(Role.TABLET)
    with office.client(user) as owner, office.raw() as stranger, office.fresh(Role.NODE) as writer:
        owner.subscribe(meeting("agenda"))
        stranger.send(connect_packet(user, user, "guess"))
        assert stranger.connack()[1] in REFUSED
        writer.publish(meeting("agenda"), b"still here")
        assert owner.message().payload == b"still here"


def test_a_user_cannot_take_another_ones_client_id(office: Office, meeting: Topics) -> None:
    owner_name, thief_name = office.user(Role.TABLET), office.user(Role.TABLET)
    with office.client(owner_name) as owner, office.raw() as thief, office.fresh(Role.NODE) as writer:
        owner.subscribe(meeting("agenda"))
        thief.send(connect_packet(owner_name, thief_name, password(thief_name)))
        thief.connack()
        writer.publish(meeting("agenda"), b"mine")
        assert owner.message().payload == b"mine"


def test_an_empty_client_id_stands_for_the_user(office: Office) -> None:
    user = office.user(Role.TABLET)
    with office.client(user) as older, office.raw() as newer:
        assert newer.connect(user, password(user), client="")[1] == 0
        assert older.closed()


def test_the_newer_connection_of_a_client_takes_over(office: Office, meeting: Topics) -> None:
    user = office.user(Role.TABLET)
    with office.client(user) as older, office.client(user) as newer, office.fresh(Role.NODE) as writer:
        assert older.closed()
        newer.subscribe(meeting("agenda"))
        writer.publish(meeting("agenda"), b"once")
        assert [seen.payload for seen in newer.settle()] == [b"once"]


def test_a_kept_session_survives_a_take_over(office: Office, meeting: Topics) -> None:
    user = office.user(Role.NODE)
    with office.client(user, clean=False) as older, office.raw() as newer, office.fresh(Role.NODE) as writer:
        older.subscribe(meeting("#"))
        assert newer.connect(user, password(user), hello=Hello(clean=False)) == (True, 0)
        assert older.closed()
        writer.publish(meeting("agenda"), b"one")
        assert newer.message().payload == b"one"


def test_a_second_connect_ends_the_connection(office: Office) -> None:
    user = office.user(Role.TABLET)
    with office.client(user) as raw:
        raw.send(connect_packet(user, user, password(user)))
        assert raw.closed()


def test_another_protocol_is_not_spoken_to(office: Office) -> None:
    with office.raw() as raw:
        raw.send(connect_packet("tablet-1", "tablet-1", password("tablet-1"), Hello(name="hj")))
        assert raw.closed()


def test_nothing_works_before_connect(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.TABLET) as reader, office.raw() as raw:
        reader.subscribe(meeting("agenda"))
        raw.send(publish_packet(meeting("agenda"), b"forged", 1, number=1, retain=True))
        with pytest.raises(Closed):
            raw.read()
        assert reader.settle() == []


def test_a_ping_is_answered(office: Office) -> None:
    with office.fresh(Role.TABLET) as raw:
        assert raw.settle() == []


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff" * 8,
        b"\x00\x00",
        b"\xf0\x00",
        b"\x36\x05\x00\x01a\x00\x01",
        publish_packet("a/+/b", b"x"),
        publish_packet("a/#", b"x"),
        publish_packet("", b"x"),
        publish_packet("a", b"x", 1, number=0),
        packet(0x30, text(b"\xff\xfe"), b"x"),
        packet(0x30, text(b"a\xed\xa0\x80"), b"x"),
        packet(0x30, b"\x00\x20short"),
        packet(0x82, b"\0\1"),
        packet(0x82, b"\0\1", text("a/#/b"), b"\0"),
        packet(0x82, b"\0\1", text("a+"), b"\0"),
        packet(0x82, b"\0\1", text("a"), b"\3"),
        packet(0x80, b"\0\1", text("a"), b"\0"),
        packet(0xA2, b"\0\1"),
        packet(0x60, b"\0\1"),
    ],
    ids=lambda garbage: garbage[:8].hex(),
)
def test_a_violation_ends_the_connection(office: Office, garbage: bytes) -> None:
    with office.fresh(Role.NODE) as raw:
        raw.send(garbage)
        assert raw.closed()


def test_an_oversized_packet_ends_the_connection_before_it_is_sent(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.NODE) as raw:
        whole = publish_packet(meeting("agenda"), bytes(700_000))
        raw.send(whole[:200])
        assert raw.closed()


def test_the_will_speaks_when_a_device_vanishes(office: Office) -> None:
    user = office.user(Role.TABLET)
    topic = f"dinh/1/devices/{user}/status"
    with office.fresh(Role.NODE) as watcher:
        watcher.subscribe(topic)
        with office.client(user, will=Will(topic, b"offline", retain=True)) as device:
            device.publish(topic, b"online", retain=True)
        assert [watcher.message().payload for _ in range(2)] == [b"online", b"offline"]
    with office.fresh(Role.NODE) as later:
        later.subscribe(topic)
        assert later.message().payload == b"offline"


def test_the_will_is_silent_after_a_goodbye(office: Office) -> None:
    user = office.user(Role.TABLET)
    topic = f"dinh/1/devices/{user}/status"
    with office.fresh(Role.NODE) as watcher:
        watcher.subscribe(topic)
        office.client(user, will=Will(topic)).leave()
        assert watcher.settle() == []


def test_the_will_speaks_after_a_violation(office: Office) -> None:
    user = office.user(Role.TABLET)
    topic = f"dinh/1/devices/{user}/status"
    with office.fresh(Role.NODE) as watcher, office.client(user, will=Will(topic)) as device:
        watcher.subscribe(topic)
        device.send(b"\x00\x00")
        assert watcher.message().payload == b"gone"


def test_the_will_speaks_at_a_take_over(office: Office) -> None:
    user = office.user(Role.TABLET)
    topic = f"dinh/1/devices/{user}/status"
    with office.fresh(Role.NODE) as watcher, office.client(user, will=Will(topic)), office.client(user):
        watcher.subscribe(topic)
    with office.fresh(Role.NODE) as watcher:
        watcher.subscribe(topic)
        with office.client(user, will=Will(topic)), office.client(user):
            assert watcher.message().payload == b"gone"


def test_silence_longer_than_the_keep_alive_ends_the_connection(office: Office) -> None:
    """1.5 times the keep-alive, and the will speaks; a client that pings stays."""
    silent, lively = office.user(Role.TABLET), office.user(Role.TABLET)
    topic = f"dinh/1/devices/{silent}/status"
    with office.fresh(Role.NODE) as watcher, office.client(lively, keep_alive=1) as pinging:
        watcher.subscribe(topic)
        begin = time.monotonic()
        with office.client(silent, keep_alive=1, will=Will(topic)):
            while time.monotonic() < begin + 8:
                assert pinging.settle() == []
                if watcher.settle():
                    break
                time.sleep(0.2)
        assert 1.2 < time.monotonic() - begin < 8


def test_no_keep_alive_means_no_limit(office: Office) -> None:
    with office.client(office.user(Role.TABLET), keep_alive=0) as raw:
        assert not raw.closed(1.5)


def test_a_new_user_may_come_after_a_reload(office: Office) -> None:
    office.users["newcomer"] = Role.TABLET
    with office.raw() as raw:
        assert raw.connect("newcomer", password("newcomer"))[1] in REFUSED
    office.reload()
    assert _eventually(lambda: _is_let_in(office, "newcomer"))


def test_a_retired_user_is_cut_at_once_and_stays_out(office: Office, meeting: Topics) -> None:
    user = office.user(Role.TABLET)
    with office.client(user) as device, office.fresh(Role.TABLET) as other, office.fresh(Role.NODE) as writer:
        other.subscribe(meeting("agenda"))
        del office.users[user]
        office.reload()
        assert device.closed(5)
        assert not _is_let_in(office, user)
        writer.publish(meeting("agenda"), b"unharmed")
        assert other.message().payload == b"unharmed"


def _is_let_in(office: Office, user: str) -> bool:
    with office.raw() as raw:
        return raw.connect(user, password(user))[1] == 0


def _eventually(holds: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
