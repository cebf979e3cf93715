"""A small second vote of the demo, through every door that needs no person's browser: tablet, keypad, roll call."""

from collections import Counter
from contextlib import closing
from pathlib import Path

from edge.demo.clerk import Clerk
from edge.demo.panel import State
from edge.demo.stage import Stage, seat_keypad
from meeting.log.verifier import verify

TITLE = "Thông qua biên bản kỳ họp trước"
TABLET, KEYPAD, CALLED = "a1", "e5", "e4"
"""Seats. The members at the last two have tablets, too, which they leave lying."""


def vote_through_doors(stage: Stage, flash: Path) -> tuple[dict[str, int], bool]:
    """How many ballots came through each door, and whether the bundle verifies. Raises CallRefused, TimeoutError."""
    base = f"/api/meetings/{stage.meeting}/motions"
    motion = str(stage.secretary.post(base, {"item": stage.items[2], "title": TITLE})["id"])
    secretary, chair = Clerk(stage.secretary, stage.meeting, "secretary"), Clerk(stage.chair, stage.meeting, "chair")
    with closing(seat_keypad(stage, KEYPAD, KEYPAD.upper(), flash)) as keypad:
        stage.chair.post(f"{base}/{motion}/open")
        stage.tablets[TABLET].reconnect_if_lost()
        stage.tablets[TABLET].vote("for", motion)
        keypad.wait_for_vote(motion)
        keypad.press(1)
        keypad.wait_for(State.ACCEPTED)
        members = {one["seat"]: one["id"] for one in stage.secretary.get(f"/api/meetings/{stage.meeting}")["members"]}
        chair.countersign(motion, secretary.enter(motion, {members[CALLED]: "for"}))
        stage.chair.post(f"{base}/{motion}/close")
    board = stage.chair.get(f"{base}/{motion}")["board"]
    return dict(Counter(line["door"] for line in board)), verify(stage.secretary.bytes_of(f"{base}/{motion}/bundle")).ok
