"""One vote through four doors: tablet, phone, keypad, roll call. The bundle is judged by `dinh verify`, as a stranger would."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from edge.demo import play
from edge.demo.clerk import Clerk
from edge.demo.doors import vote_through_doors
from edge.demo.keypad import Keypad
from edge.demo.panel import LAMPS, Panel, State
from edge.demo.stage import seat_keypad, seat_tablet
from edge.words import Words
from tests.commune import Commune, all_present, found_commune

TABLETS, KEYPADS, PHONES = ("a1", "a2"), ("b1", "b2", "b3"), ("c1",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doors")


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Commune]:
    """An open session of 25 with two tablets, a phone (a tablet by enrolment) and three keypads; all others are marked present."""
    with ExitStack() as held:
        commune = found_commune(folder / "home", held)
        for seat in (*TABLETS, *PHONES):
            commune.stage.tablets[seat] = seat_tablet(commune.stage, seat, seat.upper())
        play.open_session(commune.stage)
        all_present(commune.stage)
        yield commune


@pytest.fixture(scope="module")
def keypads(hall: Commune, folder: Path) -> Iterator[dict[str, Keypad]]:
    units = {seat: seat_keypad(hall.stage, seat, seat.upper(), folder / f"{seat}.flash") for seat in KEYPADS}
    yield units
    for unit in units.values():
        unit.power_cut()


@pytest.fixture(scope="module")
def clerks(hall: Commune) -> tuple[Clerk, Clerk]:
    stage = hall.stage
    return Clerk(stage.secretary, stage.meeting, "secretary"), Clerk(stage.chair, stage.meeting, "chair")


def opened(hall: Commune, title: str) -> str:
    stage = hall.stage
    base = f"/api/meetings/{stage.meeting}/motions"
    motion = str(stage.secretary.post(base, {"item": stage.items[2], "title": title})["id"])
    stage.chair.post(f"{base}/{motion}/open")
    return motion


def close(hall: Commune, motion: str) -> dict[str, Any]:
    base = f"/api/meetings/{hall.stage.meeting}/motions/{motion}"
    hall.stage.chair.post(f"{base}/close")
    result: dict[str, Any] = hall.stage.chair.get(base)
    return result


def members(hall: Commune) -> dict[str, str]:
    view = hall.stage.secretary.get(f"/api/meetings/{hall.stage.meeting}")
    return {member["seat"]: member["id"] for member in view["members"]}


def verify(bundle: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge.cli", "--lang", "en", "verify", str(bundle), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def bundle_of(hall: Commune, motion: str, folder: Path) -> Path:
    path = folder / f"{motion}.dinh.json"
    path.write_bytes(hall.stage.secretary.bytes_of(f"/api/meetings/{hall.stage.meeting}/motions/{motion}/bundle"))
    return path


def test_four_doors_one_ballot_path(hall: Commune, keypads: dict[str, Keypad], clerks: tuple[Clerk, Clerk], folder: Path) -> None:
    stage, (secretary, chair) = hall.stage, clerks
    motion = opened(hall, "Biểu quyết bằng bốn cách")
    for seat, choice in (("a1", "for"), ("a2", "against"), ("c1", "for")):
        assert stage.tablets[seat].vote(choice, motion).ok
    for unit, key in zip(keypads.values(), (1, 2, 3), strict=True):
        unit.wait_for_vote(motion)
        assert unit.press(key)
    codes = {unit.wait_for(State.ACCEPTED).text for unit in keypads.values()}
    seats = members(hall)
    call = secretary.enter(motion, {seats["d1"]: "for", seats["d2"]: "for", seats["d3"]: "abstain"})
    chair.countersign(motion, call)
    result = close(hall, motion)
    assert result["motion"]["count"]["votes"] == {"for": 5, "against": 2, "abstain": 2}
    board = {line["seat"]: line for line in result["board"]}
    assert {seat: board[seat]["door"] for seat in (*TABLETS, *PHONES)} == dict.fromkeys((*TABLETS, *PHONES), "tablet")
    assert {seat: board[seat]["door"] for seat in KEYPADS} == dict.fromkeys(KEYPADS, "keypad")
    assert {seat: board[seat]["door"] for seat in ("d1", "d2", "d3")} == dict.fromkeys(("d1", "d2", "d3"), "roll_call")
    assert {board[seat]["code"] for seat in KEYPADS} == codes
    assert {unit.wait_for(State.IDLE).text for unit in keypads.values()} == set(KEYPADS)
    judged(bundle_of(hall, motion, folder), stage.tablets["c1"].receipts[-1])


def judged(bundle: Path, receipt: object) -> None:
    """Right as it is; with a called choice or a countersignature changed, the entry is named and nothing is believed."""
    kept = bundle.with_suffix(".receipt")
    kept.write_text(json.dumps(receipt), "utf-8")
    good = verify(bundle, "--receipt", str(kept))
    assert good.returncode == 0, good.stdout + good.stderr
    raw = json.loads(bundle.read_bytes())
    for kind, spot in (("ballot_called", '"choice":"'), ("roll_call", '"chair":"')):
        index = max(i for i, one in enumerate(raw["entries"]) if f'"kind":"{kind}"' in one.get("text", ""))
        text = raw["entries"][index]["text"]
        at = text.index(spot) + len(spot) + 1
        entries = [
            {**one, "text": text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]} if i == index else one
            for i, one in enumerate(raw["entries"])
        ]
        bad = bundle.with_suffix(".bad")
        bad.write_bytes(json.dumps({**raw, "entries": entries}, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
        found = verify(bad)
        assert found.returncode == 1
        assert f"entries[{index}]" in found.stdout + found.stderr


def test_the_demo_shows_three_doors_in_one_vote(hall: Commune, folder: Path) -> None:
    assert vote_through_doors(hall.stage, folder / "demo.flash") == ({"tablet": 1, "keypad": 1, "roll_call": 1}, True)


def test_a_keypad_may_change_its_vote_where_the_rule_lets_it_and_the_last_counts(hall: Commune, keypads: dict[str, Keypad]) -> None:
    motion, unit = opened(hall, "Đổi ý kiến"), keypads["b1"]
    unit.wait_for_vote(motion)
    assert unit.press(1)
    first = unit.wait_for(State.ACCEPTED)
    assert unit.press(2)
    unit.wait_for(State.SENT, State.ACCEPTED)
    with_second = unit.wait_for(State.ACCEPTED)
    while with_second == first:
        with_second = unit.wait_for(State.ACCEPTED)
    result = close(hall, motion)
    assert result["motion"]["count"]["votes"] == {"for": 0, "against": 1, "abstain": 0}
    assert [(line["code"], line["counts"]) for line in result["board"]] == [(first.text, False), (with_second.text, True)]


def test_a_signed_ballot_survives_a_power_cut_and_counts_once(hall: Commune, keypads: dict[str, Keypad], folder: Path) -> None:
    motion, unit = opened(hall, "Mất điện giữa chừng"), keypads["b2"]
    unit.wait_for_vote(motion)
    flash = unit.flash.path
    assert unit.press(1)
    signed = flash.read_bytes()
    code = unit.wait_for(State.ACCEPTED).text
    unit.power_cut()
    for again in range(2):
        flash.write_bytes(signed)  # the power went before the answer came
        unit = keypads["b2"] = Keypad(hall.stage.node, folder / "b2.flash")
        unit.power_on()
        assert unit.wait_for(State.ACCEPTED).text == code, again
        unit.power_cut()
    unit = keypads["b2"] = Keypad(hall.stage.node, folder / "b2.flash")
    unit.power_on()
    assert unit.wait_for(State.ACCEPTED).text == code
    result = close(hall, motion)
    assert result["motion"]["count"]["votes"] == {"for": 1, "against": 0, "abstain": 0}
    assert len(result["board"]) == 1


def test_a_keypad_asks_again_while_the_node_is_away(hall: Commune, keypads: dict[str, Keypad]) -> None:
    motion, unit = opened(hall, "Nút khởi động lại"), keypads["b3"]
    unit.wait_for_vote(motion)
    desk = next(child for child in hall.running.status.children if child.name.startswith("desk"))
    assert desk.pid is not None
    os.kill(desk.pid, signal.SIGKILL)
    assert unit.press(3)
    assert unit.panel.state is State.SENT
    hall.running.wait_whole()
    unit.wait_for(State.ACCEPTED, seconds=60)
    for tablet in hall.stage.tablets.values():
        tablet.reconnect_if_lost()
    assert close(hall, motion)["motion"]["count"]["votes"]["abstain"] == 1


def test_a_keypad_signs_only_for_the_paper_that_it_has_hashed(hall: Commune, keypads: dict[str, Keypad]) -> None:
    motion, unit = opened(hall, "Tờ phiếu bị đổi"), keypads["b1"]
    unit.wait_for_vote(motion)
    true = unit.motion.to_bytes()
    for change in ({"paper_sha256": "0" * 64}, {"paper_base64": "e30="}, {"motion": "another"}, {"paper_base64": "?"}):
        unit._told(json.dumps({**json.loads(true), **change}).encode())
        assert unit.panel.state is State.ELSEWHERE, change
        assert not unit.press(1)
    unit._told(true + b" " * 128 * 1024)
    assert not unit.press(1)
    unit._told(true)
    assert unit.press(1)
    unit.wait_for(State.ACCEPTED)
    close(hall, motion)


def test_a_keypad_reads_the_motion_and_nothing_else_of_the_meeting(hall: Commune, keypads: dict[str, Keypad]) -> None:
    device = on_the_list(hall, keypads["b1"])
    assert (device["kind"], device["profile"], device["online"]) == ("keypad", "keypad-esp32", True)
    assert device["reported"]["applied"] is True


def on_the_list(hall: Commune, unit: Keypad) -> dict[str, Any]:
    """The unit as the administrator sees it, once the list has heard that it is back from whatever cut it before."""
    until = time.monotonic() + 30
    while True:
        device: dict[str, Any] = next(one for one in hall.stage.admin.get("/api/devices") if one["id"] == unit.device)
        if (device["online"] and device["reported"]) or time.monotonic() > until:
            return device
        time.sleep(0.2)


def test_every_state_of_the_panel_has_two_lines_in_both_languages() -> None:
    assert set(LAMPS) == set(State)
    for language in ("vi", "en"):
        for state in set(State) - {State.OFF}:
            above, below = Panel(state, "B1").lines(Words(language))
            assert above
            assert len(above) <= 21
            assert below
