"""Bad input over the real doors gets a closed code, and loses nothing that was good."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from joserfc.jwk import ECKey

from broker import topics
from edge.demo import play
from edge.demo.calls import CallRefused
from edge.demo.documents import REPORT
from edge.demo.stage import seat_tablet
from edge.demo.tablet import Tablet
from tests.commune import Commune, all_present, found_commune

MOST_BYTES = 640 * 1024
"""What the broker carries at most from somebody who has signed in."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    """An open session with two tablets."""
    with ExitStack() as held:
        commune = found_commune(tmp_path_factory.mktemp("bad") / "home", held)
        for seat, label in (("a1", "A1"), ("a2", "A2")):
            commune.stage.tablets[seat] = seat_tablet(commune.stage, seat, label)
        play.open_session(commune.stage)
        all_present(commune.stage)
        yield commune


@pytest.fixture
def tablet(session: Commune) -> Tablet:
    found = session.stage.tablets["a1"]
    found.reconnect_if_lost()
    return found


@pytest.fixture
def motion(session: Commune) -> Iterator[str]:
    """A motion that is open during the test."""
    base = f"/api/meetings/{session.stage.meeting}/motions"
    made = session.stage.secretary.post(base, {"item": session.stage.items[2], "title": "Thử"})["id"]
    session.stage.chair.post(f"{base}/{made}/open")
    yield made
    session.stage.chair.post(f"{base}/{made}/close")


def test_a_wrong_pin_five_times_locks_the_seat_for_a_while_and_says_for_how_long(session: Commune) -> None:
    other = session.stage.tablets["a2"]
    right = session.stage.pins["a2"]
    wrong = "0" * len(right) if right != "0" * len(right) else "1" * len(right)
    codes = [other.check_in(wrong).code for _attempt in range(5)]
    locked = other.check_in(right)
    assert codes[0] == "meeting.wrong_pin"
    assert not locked.ok
    assert locked.code == "meeting.locked"
    assert int(str(locked.facts["retry_after_s"])) > 0


def test_a_ballot_with_a_foreign_key_is_refused_and_the_voters_own_still_counts(session: Commune, tablet: Tablet, motion: str) -> None:
    own, tablet.ballot_key = tablet.ballot_key, ECKey.generate_key("P-256", private=True)
    refused = tablet.vote("for", motion)
    tablet.ballot_key = own
    taken = tablet.vote("against", motion)
    assert refused.code == "meeting.ballot_key"
    assert taken.ok


def test_the_same_ballot_again_gets_the_same_receipt_and_counts_once(session: Commune, tablet: Tablet, motion: str) -> None:
    ballot = tablet.ballot("for", motion)
    first, again = (tablet.ask("cast", {"ballot": ballot}) for _time in range(2))
    assert first.ok
    assert first.body == again.body
    base = f"/api/meetings/{session.stage.meeting}/motions/{motion}"
    assert session.stage.chair.get(base)["motion"]["cast"] == 1


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"\xff\xfe", b"[]", b'{"id":"x"}', b"x" * 60_000], ids=["empty", "cut", "binary", "list", "poor", "long"]
)
def test_a_malformed_message_hurts_nobody(session: Commune, tablet: Tablet, payload: bytes) -> None:
    tablet.send_raw(topics.ASK.of(meeting=session.stage.meeting, device=tablet.device), payload)
    assert tablet.resume(patience_s=10).ok


def test_an_oversized_message_ends_that_connection_only(session: Commune, tablet: Tablet) -> None:
    tablet.send_raw(topics.ASK.of(meeting=session.stage.meeting, device=tablet.device), b"x" * (MOST_BYTES + 1))
    assert tablet.lost_within(10)
    tablet.reconnect_if_lost()
    assert tablet.resume(patience_s=10).ok


def test_a_tablet_cannot_speak_for_another_or_for_the_node(session: Commune, tablet: Tablet) -> None:
    other = session.stage.tablets["a2"]
    before = session.stage.secretary.get(f"/api/meetings/{session.stage.meeting}")
    tablet.send_raw(topics.ASK.of(meeting=session.stage.meeting, device=other.device), b"{}")
    tablet.send_raw(topics.MOTION.of(meeting=session.stage.meeting), b"{}")
    tablet.reconnect_if_lost()
    assert tablet.resume(patience_s=10).ok
    after = session.stage.secretary.get(f"/api/meetings/{session.stage.meeting}")
    assert [member["present"] for member in before["members"]] == [member["present"] for member in after["members"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "meeting.pdf_empty"), (b"PK\x03\x04 a word file", "meeting.not_a_pdf"), (REPORT.pdf()[:900], "meeting.not_a_pdf")],
)
def test_a_pdf_that_is_no_pdf_is_refused(session: Commune, content: bytes, code: str) -> None:
    stage = session.stage
    path = f"/api/meetings/{stage.meeting}/items/{stage.items[3]}/documents"
    with pytest.raises(CallRefused) as refused:
        stage.secretary.upload(path, pdf=content, title="Sai")
    assert refused.value.code == code
    assert stage.secretary.upload(path, pdf=REPORT.pdf(), title="Đúng")["pages"] >= 1


@pytest.mark.parametrize("url", ["rtsp://127.0.0.1:9/none", "file:///nowhere/clip.mp4"], ids=["refusing", "missing"])
def test_a_camera_that_cannot_be_opened_says_so_by_code(session: Commune, url: str) -> None:
    seen = session.stage.admin.post("/api/cameras/test", {"url": url})
    assert not seen["ok"]
    assert seen["code"].startswith("cameras.")


def test_a_tablet_that_says_nothing_for_a_while_stays_connected(tablet: Tablet) -> None:
    """Longer than a WebSocket server's usual ping: MQTT's own keep-alive decides, not the carrier's."""
    tablet.reconnect_if_lost()
    assert not tablet.lost_within(22)
