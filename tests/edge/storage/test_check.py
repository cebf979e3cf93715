"""`dinh check` finds each thing that must not be, and names it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from cameras.desk.tables import EvidenceRow, SightingRow
from edge.accounts.service import COMMAND, NewAccount
from edge.devices.cameras import CameraChanges, Cameras
from edge.home import Home
from edge.offices import open_offices
from edge.settings import Settings
from edge.storage.check import Wrong, check
from edge.storage.engine import Store, open_store
from meeting.log.merkle import frontier, leaf_hash
from meeting.secret.blind import PublicKey
from meeting.secret.keys import KeyFolder
from meeting.tables import Ballot, BoxedBallot, Current, Document, Item, LogEntry, Meeting, Motion, Token

NOW = datetime.now(UTC)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings.database)
    yield store
    store.close()


def add(store: Store, *rows: object) -> None:
    with Session(store.writer) as session, session.begin():
        for row in rows:
            session.add(row)
            session.flush()


def run(store: Store, statement: str) -> None:
    with store.writer.begin() as connection:
        connection.execute(text(statement))


def found(store: Store, home: Home) -> list[Wrong]:
    return [fault.code for fault in check(store, home)]


def a_meeting(store: Store) -> None:
    texts = ["một", "hai", "ba"]
    leaves = [leaf_hash(one.encode()) for one in texts]
    peaks = " ".join(peak.hex() for peak in frontier(leaves).peaks)
    add(store, Meeting(id="m1", title="Họp", body="HĐND", place="Hội trường", rule="r", starts_at=NOW, log_size=3, log_peaks=peaks))
    for index, (one, leaf) in enumerate(zip(texts, leaves, strict=True)):
        add(store, LogEntry(meeting="m1", index=index, kind="ballot", leaf=leaf.hex(), text=one))
    common = {"meeting": "m1", "motion": "x", "member": "a", "seat": "A1"}
    for index, choice in ((1, "for"), (2, "against")):
        add(store, Ballot(**common, index=index, nonce=str(index), choice=choice, at=NOW, ballot_sha256="0", receipt=""))
    add(store, Current(**common, choice="against", index=2))


def a_sighting() -> SightingRow:
    return SightingRow(
        id="s1",
        camera="c1",
        camera_name="Cổng chợ",
        watcher="w",
        at=NOW,
        put_down_at=NOW,
        clock="file",
        box=[0.0, 0.0, 1.0, 1.0],
        width=1,
        height=1,
        score=1.0,
        threshold=0.5,
        base=0.5,
        level=0.5,
        reason="left",
        model="0" * 64,
        digest="0" * 64,
        received_at=NOW,
        state="new",
    )


def test_a_sound_house_has_no_fault(store: Store, settings: Settings) -> None:
    a_meeting(store)
    assert found(store, settings.home) == []


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE meeting_log SET text = 'bốn' WHERE \"index\" = 1", [Wrong.LOG_LEAF]),
        ('DELETE FROM meeting_log WHERE "index" = 1', [Wrong.LOG_GAP]),
        ('DELETE FROM meeting_log WHERE "index" = 2', [Wrong.LOG_ROOT]),
        ("UPDATE meeting_current SET choice = 'for'", [Wrong.BALLOT]),
        ('UPDATE meeting_current SET "index" = 1', [Wrong.BALLOT]),
        ("DELETE FROM meeting_ballots", [Wrong.BALLOT]),
        ("UPDATE account_audit SET facts = '{}' WHERE seq = 1", [Wrong.AUDIT]),
        ("DELETE FROM account_audit WHERE seq = 2", [Wrong.AUDIT]),
        ("UPDATE house_version SET version_num = '0001'", [Wrong.REVISION]),
    ],
)
def test_each_broken_invariant_is_named(store: Store, settings: Settings, statement: str, wrong: list[Wrong]) -> None:
    a_meeting(store)
    run(store, statement)
    assert found(store, settings.home) == wrong


def a_secret_vote(store: Store, settings: Settings, *, state: str) -> KeyFolder:
    """An open vote with its key, or a closed one with a token and a ballot in the log."""
    keys = KeyFolder(settings.home.ballot_keys)
    words = PublicKey.of(keys.make("m1", "x")).words()
    add(store, Item(meeting="m1", id="i1", number=1, title="Nhân sự", minutes=5))
    row = Motion(meeting="m1", id="x", item="i1", place=0, title="Miễn nhiệm", text="", rule="r", state=state, secret=True)
    row.paper = json.dumps({"secret": words}).encode()
    row.result = json.dumps({"issued": 1, "cast": 1}) if state == "closed" else None
    kinds = ("token_issued", "secret_ballot") if state == "closed" else ("token_issued",)
    leaves = [leaf_hash(one.encode()) for one in kinds]
    add(store, row, Token(meeting="m1", motion="x", member="a", blinded_sha256="", blind_signature="", index=0))
    for index, (kind, leaf) in enumerate(zip(kinds, leaves, strict=True)):
        add(store, LogEntry(meeting="m1", index=index, kind=kind, motion="x", leaf=leaf.hex(), text=kind))
    peaks = " ".join(peak.hex() for peak in frontier(leaves).peaks)
    run(store, f"UPDATE meeting_meetings SET log_size = {len(kinds)}, log_peaks = '{peaks}'")  # noqa: S608 - our own numbers
    return keys


def a_bare_meeting(store: Store) -> None:
    add(store, Meeting(id="m1", title="Họp", body="HĐND", place="Hội trường", rule="r", starts_at=NOW))


def test_the_key_of_a_secret_vote_is_there_while_it_is_open(store: Store, settings: Settings) -> None:
    a_bare_meeting(store)
    keys = a_secret_vote(store, settings, state="open")
    assert found(store, settings.home) == []
    file = keys.path("m1", "x")
    file.chmod(0o640)
    assert found(store, settings.home) == [Wrong.BALLOT_KEY]
    file.unlink()
    assert found(store, settings.home) == [Wrong.BALLOT_KEY]
    keys.loaded.clear()
    keys.make("m1", "x")
    assert found(store, settings.home) == [Wrong.BALLOT_KEY], "another key than the paper's"


def test_no_key_is_left_of_a_vote_that_has_closed_and_its_numbers_fit(store: Store, settings: Settings) -> None:
    a_bare_meeting(store)
    keys = a_secret_vote(store, settings, state="closed")
    assert found(store, settings.home) == [Wrong.BALLOT_KEY]
    keys.spend("m1", "x")
    keys.forget("m1", "x")
    assert found(store, settings.home) == []
    add(store, BoxedBallot(meeting="m1", motion="x", tracker="t", prepared="", signature=""))
    assert found(store, settings.home) == [Wrong.BOX], "a ballot that the close has forgotten"
    run(store, "DELETE FROM meeting_box")
    run(store, "DELETE FROM meeting_tokens")
    assert found(store, settings.home) == [Wrong.BOX]


def test_a_document_that_is_gone_or_altered_is_named(store: Store, settings: Settings) -> None:
    a_meeting(store)
    sha = "ab" * 32
    add(store, Document(meeting="m1", id="d", item="i", title="Tờ trình", sha256=sha, pages=1, bytes=4, added_at=NOW))
    assert found(store, settings.home) == [Wrong.FILE_MISSING]
    file = settings.home.documents / "ab" / f"{sha}.pdf"
    file.parent.mkdir()
    file.write_bytes(b"%PDF")
    assert found(store, settings.home) == [Wrong.FILE_ALTERED]


def test_evidence_that_is_gone_is_named(store: Store, settings: Settings) -> None:
    add(store, a_sighting())
    add(store, EvidenceRow(sighting="s1", name="clip.mp4", sha256="0" * 64, bytes=1))
    faults = check(store, settings.home)
    assert [(fault.code, fault.facts["file"]) for fault in faults] == [(Wrong.FILE_MISSING, "data/evidence/c1/s1/clip.mp4")]


def test_a_camera_that_another_node_sealed_is_named(store: Store, settings: Settings) -> None:
    with open_offices(settings) as offices:
        Cameras(offices.devices).add("Bãi rác", "rtsp://camera.invalid/1", CameraChanges(), by=COMMAND)
    (settings.home.secrets / "node").write_bytes(bytes(32))
    faults = check(store, settings.home)
    assert [(fault.code, fault.facts["camera"]) for fault in faults] == [(Wrong.CAMERA_SEALED, "Bãi rác")]


def test_a_damaged_file_is_found(settings: Settings) -> None:
    with open_offices(settings) as offices:
        offices.accounts.create(NewAccount("moi", "Người mới", frozenset({"member"})), by=COMMAND)
    store = open_store(settings.database)
    with store.writer.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    store.close()
    with settings.home.database.open("r+b") as stream:
        stream.seek((pages - 2) * 4096)
        stream.write(b"\xff" * 4096)
    store = open_store(settings.database)
    faults = check(store, settings.home)
    store.close()
    assert Wrong.DATABASE in [fault.code for fault in faults]
