"""A device's life: QR code, key, acceptance, configuration, retirement."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc.jwk import ECKey, RSAKey

from broker.envelope import canonical, part
from broker.identity import Role
from broker.messages.devices import Desired, Event, Reported, Status
from broker.topics import ABOUT, DESIRED, EVENT, REPORTED, STATUS
from edge.accounts.service import COMMAND
from edge.devices.cameras import CameraChanges
from edge.devices.enrolment import NewDevice
from edge.devices.history import history
from edge.devices.intake import DeviceDoor
from edge.devices.registry import DeviceChanges
from edge.refusals import Code, Refusal
from tests.edge.desk import Desk, Hands, Tablet, desk, enrolled


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, Hands()) as found:
        yield found


def refused(call: object, *args: object, **more: object) -> Refusal:
    assert callable(call)
    with pytest.raises(Refusal) as caught:
        call(*args, **more)
    return caught.value


def opened(at: Desk) -> str:
    return at.enrolments.open(NewDevice("tablet", "Máy 12"), by=COMMAND).token


def desired(at: Desk, device: str) -> list[Desired]:
    return [message for topic, message in at.air.said if topic == DESIRED.of(device=device) and isinstance(message, Desired)]


def test_a_tablet_is_enrolled_and_gets_a_cookie_that_names_it(at: Desk) -> None:
    tablet, device = enrolled(at, meeting="ky-hop-3", seat="a3")
    proven = at.enrolments.prove(device, tablet.proof(device, at.clock.now))
    assert proven.cookie is not None
    person = at.devices.device_of(proven.cookie)
    assert person is not None
    assert (person.device, person.roles) == (device, frozenset({"tablet", "device"}))
    assert at.credentials[device].role is Role.TABLET
    assert desired(at, device)[-1].configuration["seat"] == "a3"


def test_the_token_is_in_the_fragment_and_not_in_the_database(at: Desk, tmp_path: Path) -> None:
    found = at.enrolments.open(NewDevice("tablet", "Máy 12"), by=COMMAND)
    assert found.url == f"https://dinh.local:8443/enrol#{found.token}"
    assert found.token.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_replayed_token_is_refused(at: Desk) -> None:
    token, first, second = opened(at), Tablet(), Tablet()
    row = at.enrolments.show(token, first.jwk, first.about)
    assert at.enrolments.show(token, first.jwk, first.about).id == row.id, "a lost answer may be asked for again by the same key"
    assert refused(at.enrolments.show, token, second.jwk, second.about).code is Code.TOKEN_USED
    at.enrolments.accept(row.id, DeviceChanges(), by=COMMAND)
    assert refused(at.enrolments.show, token, first.jwk, first.about).code is Code.TOKEN_USED


def test_a_token_ends_after_fifteen_minutes(at: Desk) -> None:
    token, tablet = opened(at), Tablet()
    at.clock.pass_by(minutes=15)
    assert refused(at.enrolments.show, token, tablet.jwk, tablet.about).code is Code.TOKEN_EXPIRED


def test_an_unknown_token_is_refused(at: Desk) -> None:
    tablet = Tablet()
    assert refused(at.enrolments.show, "x" * 43, tablet.jwk, tablet.about).code is Code.TOKEN_UNKNOWN


@pytest.mark.parametrize("kind", ["private", "p-384", "rsa", "no point", "empty"])
def test_only_a_public_p256_key_is_taken(at: Desk, kind: str) -> None:
    key = ECKey.generate_key("P-256", private=True)
    wrong = {
        "private": key.as_dict(private=True),
        "p-384": ECKey.generate_key("P-384", private=True).as_dict(private=False),
        "rsa": RSAKey.generate_key(2048, private=True).as_dict(private=False),
        "no point": {**key.as_dict(private=False), "y": "AAAA"},
        "empty": {},
    }[kind]
    assert refused(at.enrolments.show, opened(at), wrong, Tablet.about).code is Code.BAD_KEY


def test_a_proof_by_another_key_is_refused(at: Desk) -> None:
    tablet, device = enrolled(at)
    forged = tablet.proof(device, at.clock.now, key=Tablet().key)
    assert refused(at.enrolments.prove, device, forged).facts == {"why": "signature"}


@pytest.mark.parametrize(
    ("why", "proof"),
    [
        ("device", lambda tablet, _device, now: tablet.proof("tablet-other", now)),
        ("clock", lambda tablet, device, now: tablet.proof(device, now - timedelta(minutes=3))),
        ("key", lambda _tablet, device, now: Tablet().proof(device, now)),
        ("signature", lambda _tablet, _device, _now: "not.a.jws"),
    ],
)
def test_a_proof_names_the_device_and_the_moment(at: Desk, why: str, proof: object) -> None:
    tablet, device = enrolled(at)
    assert callable(proof)
    found = refused(at.enrolments.prove, device, proof(tablet, device, at.clock.now))
    assert (found.code, found.facts["why"]) == (Code.BAD_PROOF, why)


def test_a_proof_counts_once(at: Desk) -> None:
    tablet, device = enrolled(at)
    proof = tablet.proof(device, at.clock.now)
    at.enrolments.prove(device, proof)
    assert refused(at.enrolments.prove, device, proof).facts == {"why": "replayed"}


def test_a_waiting_or_refused_device_gets_nothing(at: Desk) -> None:
    tablet = Tablet()
    device = at.enrolments.show(opened(at), tablet.jwk, tablet.about).id
    assert at.enrolments.prove(device, tablet.proof(device, at.clock.now)).cookie is None
    at.enrolments.refuse(device, by=COMMAND)
    proven = at.enrolments.prove(device, tablet.proof(device, at.clock.now))
    assert (proven.row.state, proven.cookie) == ("refused", None)
    assert device not in at.credentials
    assert refused(at.enrolments.accept, device, DeviceChanges(), by=COMMAND).code is Code.WRONG_STATE


def test_a_new_cookie_ends_the_one_before(at: Desk) -> None:
    tablet, device = enrolled(at)
    first, second = (at.enrolments.prove(device, tablet.proof(device, at.clock.now)).cookie for _ in range(2))
    assert first is not None
    assert second is not None
    assert at.devices.device_of(first) is None
    assert at.devices.device_of(second) is not None


def test_retirement_takes_everything_away(at: Desk) -> None:
    tablet, device = enrolled(at)
    cookie = at.enrolments.prove(device, tablet.proof(device, at.clock.now)).cookie
    ticket, _ends = at.devices.tickets.give(device, at.clock.now)
    cut: list[str] = []
    at.devices.on_retired.append(cut.append)
    at.devices.retire(device, by=COMMAND)
    assert cookie is not None
    assert at.devices.device_of(cookie) is None
    assert device not in at.credentials
    assert at.devices.tickets.take(ticket, at.clock.now) is None
    assert cut == [device]
    assert set(at.air.cleared) == {topic.of(device=device) for topic in (DESIRED, STATUS, ABOUT, REPORTED)}
    assert at.enrolments.prove(device, tablet.proof(device, at.clock.now)).cookie is None
    assert [row.state for row in at.devices.all(gone=True)] == ["retired"]
    with at.devices.parts.means.reader() as session:
        assert "device_retired" in [line.what for line in history(session, device)]


def test_credentials_are_always_those_of_accepted_devices(at: Desk) -> None:
    assert set(at.credentials) == {"node"}
    _tablet, device = enrolled(at)
    password = at.devices.ensure("watcher-1", kind="watcher", name="Bộ xem của nút")
    assert set(at.credentials) == {"node", device, "watcher-1"}
    assert at.credentials["watcher-1"].password == password
    assert at.devices.ensure("watcher-1", kind="watcher", name="Tên khác") == password
    assert len({one.password for one in at.credentials.values()}) == 3


def test_a_watcher_is_known_by_its_password(at: Desk) -> None:
    password = at.devices.ensure("watcher-1", kind="watcher", name="Bộ xem của nút")
    person = at.devices.device_by_password("watcher-1", password)
    assert person is not None
    assert "watcher" in person.roles
    assert at.devices.device_by_password("watcher-1", password[:-1] + "x") is None
    assert at.devices.device_by_password("nobody", password) is None


def test_a_revision_grows_exactly_when_the_configuration_changes(at: Desk) -> None:
    _tablet, device = enrolled(at)
    for changes in (
        DeviceChanges(settings={"text_scale_percent": 150}),
        DeviceChanges(settings={"text_scale_percent": 150}),
        DeviceChanges(settings={}),
        DeviceChanges(groups=["group-large-print"]),
    ):
        at.devices.change(device, changes, by=COMMAND)
    said = desired(at, device)
    assert [one.revision for one in said] == [1, 2, 3, 4]
    assert [one.configuration["settings"]["text_scale_percent"] for one in said] == [110, 150, 110, 150]


def test_a_configuration_is_signed_by_the_node(at: Desk) -> None:
    _tablet, device = enrolled(at)
    said = desired(at, device)[-1]
    key = Ed25519PublicKey.from_public_bytes(part(at.devices.parts.vault.public))
    key.verify(part(said.signature), canonical({"device": device, "revision": said.revision, "configuration": said.configuration}))


@pytest.mark.parametrize("settings", [{"brightness_percent": 5}, {"brightness_percent": "bright"}, {"sound_s": 5}, {"colour": "red"}])
def test_a_setting_that_the_schema_does_not_allow_is_refused(at: Desk, settings: dict[str, object]) -> None:
    _tablet, device = enrolled(at)
    found = refused(at.devices.change, device, DeviceChanges(settings=settings), by=COMMAND)
    assert found.code is Code.BAD_SETTING
    assert found.facts["key"] == next(iter(settings))
    assert found.facts["wanted"]


def test_everything_is_said_again_after_a_restart(tmp_path: Path) -> None:
    clock = Hands()
    with desk(tmp_path, clock) as first:
        _tablet, device = enrolled(first)
        before = desired(first, device)[-1]
    with desk(tmp_path, clock) as second:
        assert desired(second, device) == [before]
        assert device in second.credentials


def status(state: str, session: str) -> bytes:
    return Status.model_validate({"state": state, "session": session}).to_bytes()


def test_the_will_of_an_old_connection_says_nothing_about_now(at: Desk) -> None:
    _tablet, device = enrolled(at)
    door, heard = DeviceDoor(at.devices), list[tuple[str, bool]]()
    door.on_status.append(lambda name, online: heard.append((name, online)))
    topic = STATUS.of(device=device)
    for state, session in (("online", "s1"), ("online", "s2"), ("offline", "s1")):
        door.take(topic, status(state, session)).result(5)
    assert at.devices.all()[0].online
    door.take(topic, status("offline", "s2")).result(5)
    assert not at.devices.all()[0].online
    assert heard == [(device, True), (device, False)]


def test_what_a_device_reports_is_kept_and_an_older_report_is_not(at: Desk) -> None:
    _tablet, device = enrolled(at)
    door, topic, now = DeviceDoor(at.devices), REPORTED.of(device=device), datetime.now(UTC)
    refusal = Reported(revision=2, applied=False, code="devices.no_such_setting", facts={"key": "kiosk"}, at=now)
    for message in (refusal, Reported(revision=1, applied=True, at=now)):
        door.take(topic, message.to_bytes()).result(5)
    row = at.devices.all()[0]
    assert (row.reported_revision, row.reported_applied, json.loads(row.reported_facts)) == (2, False, {"key": "kiosk"})


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"\xff", b'{"state": "asleep", "session": "x"}'])
def test_what_cannot_be_read_is_acknowledged_and_changes_nothing(at: Desk, payload: bytes) -> None:
    _tablet, device = enrolled(at)
    assert DeviceDoor(at.devices).take(STATUS.of(device=device), payload).result(5) is None
    assert at.devices.all()[0].seen_at is None


def test_an_event_told_twice_is_one_event(at: Desk) -> None:
    _tablet, device = enrolled(at)
    message = Event(id="e1", at=datetime.now(UTC), facts={"percent": 12})
    for _ in range(2):
        DeviceDoor(at.devices).take(EVENT.of(device=device, kind="battery"), message.to_bytes()).result(5)
    with at.devices.parts.means.reader() as session:
        assert [line.what for line in history(session, device)].count("event.battery") == 1


def test_a_secretary_lets_a_members_own_phone_in_to_its_seat_and_nothing_else(at: Desk) -> None:
    secretary, other, phone = at.person("secretary"), at.person("secretary", "officer"), Tablet()
    token = at.enrolments.open(NewDevice("tablet", "Điện thoại B4", "m1", "b4"), by=secretary).token
    row = at.enrolments.show(token, phone.jwk, phone.about)
    place = DeviceChanges(meeting="m1", seat="b4")
    for who, changes in ((other, place), (secretary, DeviceChanges(seat="a1")), (secretary, DeviceChanges(settings={}))):
        assert refused(at.enrolments.accept, row.id, changes, by=who).code is Code.NOT_ALLOWED
    assert refused(at.enrolments.refuse, row.id, by=other).code is Code.NOT_ALLOWED
    assert at.enrolments.accept(row.id, place, by=secretary).state == "accepted"


@pytest.mark.parametrize(
    ("kind", "meeting", "seat"), [("watcher", "m1", "b4"), ("keypad", "m1", "b4"), ("tablet", None, "b4"), ("tablet", "m1", None)]
)
def test_a_secretary_invites_no_other_device(at: Desk, kind: str, meeting: str | None, seat: str | None) -> None:
    assert refused(at.enrolments.open, NewDevice(kind, "Máy lạ", meeting, seat), by=at.person("secretary")).code is Code.NOT_ALLOWED


def test_a_node_that_remembers_less_than_its_watcher_goes_on_above_it(at: Desk) -> None:
    """As after a restored backup. A number that no database holds is not believed."""
    at.devices.ensure("w-1", kind="watcher", name="w-1")
    at.cameras.add("Ngõ 4", "rtsp://10.0.0.9/live", CameraChanges(watcher="w-1"), by=COMMAND)
    door, before = DeviceDoor(at.devices), desired(at, "w-1")[-1]
    for known, revision in ((before.revision + 40, before.revision + 41), (2, before.revision + 41), (2**31, before.revision + 41)):
        refused_it = Reported(
            revision=before.revision, applied=False, code="cameras.older_revision", facts={"known": known}, at=at.clock.now
        )
        door.take(REPORTED.of(device="w-1"), refused_it.to_bytes()).result(5)
        newest = desired(at, "w-1")[-1]
        assert newest.revision == revision
    assert [camera["id"] for camera in newest.configuration["cameras"]] == [camera["id"] for camera in before.configuration["cameras"]]


def test_a_keypad_is_no_tablet_on_the_air(at: Desk) -> None:
    _, device = enrolled(at, kind="keypad", meeting="m1", seat="b4")
    assert at.credentials[device].role is Role.KEYPAD
    assert (at.devices.door(device), at.devices.door("nobody")) == ("keypad", "tablet")
