"""What officers do, through HTTP and at once."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from cameras.desk.custody import Custody, Place
from cameras.desk.models import SightingWhole, VerdictAsk
from cameras.desk.store import Wanted
from cameras.domain.cases import Person, Reason, State, Verdict
from cameras.domain.errors import Code, Refusal
from tests.cameras.desk.conftest import AN, BINH, Bench, digest

CONFIRM = VerdictAsk(verdict=Verdict.CONFIRMED, revision=0)


def test_confirming_leaves_a_trace_a_fact_and_time_to_take_it_back(bench: Bench, web: httpx.Client) -> None:
    bench.flagged()
    judged = web.post("/api/sightings/s-1/verdict", json={"verdict": "confirmed", "revision": 0, "note": " hai bao "}).json()
    assert (judged["state"], judged["revision"], judged["judged_by"]) == ("confirmed", 1, "An")
    assert [(event["what"], event["by"], event["after"], event["note"]) for event in judged["events"]] == [
        ("flagged", "", "flagged", ""),
        ("judged", "An", "confirmed", "hai bao"),
    ]
    assert bench.facts()[-1] == ("cameras.case_confirmed", "s-1")
    back = web.post("/api/sightings/s-1/undo").json()
    assert (back["state"], back["revision"], back["undo_until"]) == ("flagged", 2, None)
    assert bench.facts()[-1] == ("cameras.case_reopened", "s-1")
    assert [event["what"] for event in back["events"]] == ["flagged", "judged", "undone"]


def test_of_many_officers_at_once_exactly_one_judges(bench: Bench) -> None:
    bench.flagged()
    people = [Person(f"acc-{number}", f"Người {number}") for number in range(12)]

    def judge(by: Person) -> SightingWhole | Refusal:
        try:
            return bench.desk.judge("s-1", CONFIRM, by)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(judge, people))
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(refused) == 11
    assert {refusal.code for refusal in refused} == {Code.ALREADY_JUDGED}
    assert [kind for kind, _ in bench.facts()].count("cameras.case_confirmed") == 1


def test_a_refused_verdict_changes_nothing(bench: Bench, web: httpx.Client) -> None:
    bench.flagged()
    refused = web.post("/api/sightings/s-1/verdict", json={"verdict": "rejected"})
    assert (refused.status_code, refused.json()["code"]) == (422, "cameras.reason_needed")
    stale = web.post("/api/sightings/s-1/verdict", json={"verdict": "confirmed", "revision": 7})
    assert (stale.status_code, stale.json()["code"]) == (409, "cameras.changed_meanwhile")
    assert bench.desk.whole("s-1", account="x").revision == 0


def test_an_undo_after_its_time_is_refused(bench: Bench, web: httpx.Client) -> None:
    bench.flagged()
    bench.desk.judge("s-1", CONFIRM, AN)
    bench.clock.pass_by(120)
    late = web.post("/api/sightings/s-1/undo")
    assert (late.status_code, late.json()) == (409, {"code": "cameras.too_late", "facts": {"seconds": 120}})


def test_the_queue_is_newest_first_and_filtered(bench: Bench, web: httpx.Client) -> None:
    for number in range(3):
        bench.flagged(f"s-{number}", score=0.5 if number == 1 else 0.9)
        bench.clock.pass_by(60)
    bench.desk.judge("s-0", VerdictAsk(verdict=Verdict.REJECTED, reason=Reason.LIGHT), BINH)

    def ids(query: str) -> list[str]:
        return [line["id"] for line in web.get(f"/api/sightings?{query}").json()]

    assert ids("") == ["s-2", "s-1", "s-0"]
    assert ids("state=open") == ["s-2", "s-1"]
    assert ids("state=suspected,rejected") == ["s-1", "s-0"]
    assert ids("camera=cam-2") == []
    assert ids("day=2026-03-05&limit=1") == ["s-2"]
    assert ids("day=2026-03-06") == []


def test_the_queue_says_who_else_looks(bench: Bench, web: httpx.Client) -> None:
    bench.flagged()
    assert web.post("/api/sightings/s-1/look").status_code == 204
    assert bench.desk.queue(Wanted(), account=BINH.account)[0].viewer == "An"
    assert bench.desk.queue(Wanted(), account=AN.account)[0].viewer is None
    bench.clock.pass_by(46)
    assert bench.desk.queue(Wanted(), account=BINH.account)[0].viewer is None


def test_a_reported_case_says_so_and_can_be_closed(bench: Bench, web: httpx.Client) -> None:
    bench.flagged()
    bench.desk.judge("s-1", CONFIRM, AN)
    bench.desk.house.writer.submit(lambda entry: bench.desk.mark_reported(entry, "s-1", reference="REQ-7")).result(5)
    bench.desk.house.writer.submit(lambda entry: bench.desk.mark_reported(entry, "s-1", reference="REQ-8")).result(5)
    shown = web.get("/api/sightings/s-1").json()
    assert (shown["state"], shown["undo_until"]) == ("reported", None)
    assert [event["reference"] for event in shown["events"] if event["what"] == "reported"] == ["REQ-7"]
    assert web.post("/api/sightings/s-1/close").json()["state"] == "closed"


def test_an_unknown_sighting_is_not_found(bench: Bench, web: httpx.Client) -> None:
    for path in ("/api/sightings/s-9", "/api/sightings/s-9/clip.mp4"):
        answer = web.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "cameras.no_such_sighting")
    bench.flagged()
    assert web.get("/api/sightings/s-1/passwd").json()["code"] == "cameras.no_such_file"


def test_a_clip_plays_from_any_place(bench: Bench, web: httpx.Client) -> None:
    bench.flagged()
    part = web.get("/api/sightings/s-1/clip.mp4", headers={"Range": "bytes=4-11"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"clipclip", "bytes 4-11/400")
    assert part.headers["content-type"] == "video/mp4"
    assert web.get("/api/sightings/s-1/clip.mp4", headers={"Range": "bytes=900-"}).status_code == 416


def test_a_file_that_was_touched_is_not_served_and_noted(bench: Bench, web: httpx.Client) -> None:
    bench.flagged()
    path = bench.folder / "cam-1" / "s-1" / "clip.mp4"
    assert web.get("/api/sightings/s-1/clip.mp4").status_code == 200
    path.write_bytes(b"Clip" + b"clip" * 99)
    os.utime(path, ns=(1, 1))
    answer = web.get("/api/sightings/s-1/clip.mp4")
    assert (answer.status_code, answer.json()["code"]) == (500, "cameras.evidence_altered")
    assert bench.facts()[-1] == ("cameras.evidence_altered", "s-1")


def test_a_signed_link_opens_one_file_until_its_time(bench: Bench, web: httpx.Client) -> None:
    bench.flagged(evidence=bench.files("s-1", act_jpg=b"act", poster_jpg=b"poster"))
    link = bench.desk.media_link("s-1")
    assert link is not None
    path = link.removeprefix("https://dinh.test:8443")
    assert web.get(path).content == b"act"
    assert web.get(path.replace("act.jpg", "poster.jpg")).json()["code"] == "cameras.link_foreign"
    bench.clock.now += timedelta(days=30)
    expired = web.get(path)
    assert (expired.status_code, expired.json()["code"]) == (410, "cameras.link_expired")


def put(web: httpx.Client, content: bytes, name: str = "clip.mp4", **headers: str) -> tuple[int, dict[str, object]]:
    answer = web.put(f"/api/evidence/cam-1/s-1/{name}", content=content, headers=digest(content) | headers)
    return answer.status_code, answer.json()


def test_an_upload_is_sealed_and_may_be_repeated_but_never_replaced(bench: Bench, web: httpx.Client) -> None:
    content = os.urandom(2_500_000)
    status, stored = put(web, content)
    assert (status, stored["bytes"], stored["created"]) == (201, len(content), True)
    assert put(web, content)[0] == 200
    status, refused = put(web, b"another")
    assert (status, refused["code"]) == (409, "cameras.other_content")
    path = bench.folder / "cam-1" / "s-1" / "clip.mp4"
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o440


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Digest": ""}, 400, "cameras.digest_needed"),
        ({"Digest": "sha-256=x"}, 400, "cameras.digest_needed"),
        ({"Digest": "md5=abcd"}, 400, "cameras.digest_needed"),
        (digest(b"other"), 422, "cameras.digest_wrong"),
    ],
)
def test_an_upload_without_its_right_sum_leaves_nothing(
    bench: Bench, web: httpx.Client, headers: dict[str, str], status: int, code: str
) -> None:
    answer = put(web, b"content", **headers)
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert not [path for path in bench.folder.rglob("*") if path.is_file()]


def test_an_upload_that_is_too_large_or_has_a_foreign_name_is_refused(web: httpx.Client) -> None:
    assert put(web, bytes(4_000_001))[1]["code"] == "cameras.too_large"
    assert put(web, b"x", "passwd")[1]["code"] == "cameras.bad_name"
    answer = web.put("/api/evidence/cam-9/s-1/clip.mp4", content=b"x", headers=digest(b"x"))
    assert (answer.status_code, answer.json()["code"]) == (404, "cameras.unknown_camera")


def test_evidence_is_refused_before_the_disk_is_full(bench: Bench, web: httpx.Client) -> None:
    bench.desk.custody.reserve_bytes = 1 << 60
    status, answer = put(web, b"content")
    assert (status, answer["code"]) == (507, "cameras.disk_full")


@pytest.mark.parametrize("place", [Place("..", "s-1", "clip.mp4"), Place("cam-1", "a/b", "clip.mp4"), Place("cam-1", "s-1", "../x")])
def test_no_name_leads_out_of_the_folder(bench: Bench, place: Place) -> None:
    with pytest.raises(Refusal) as refused:
        Custody(bench.folder).check(place, "0" * 64, 0)
    assert refused.value.code is Code.BAD_NAME


def test_every_open_state_is_in_the_open_list(web: httpx.Client, bench: Bench) -> None:
    bench.flagged("s-1")
    bench.flagged("s-2", score=0.1)
    bench.flagged("s-3")
    bench.desk.judge("s-3", VerdictAsk(verdict=Verdict.UNSURE), AN)
    states = {line["state"] for line in web.get("/api/sightings?state=open").json()}
    assert states == {State.FLAGGED, State.SUSPECTED, State.UNSURE}
