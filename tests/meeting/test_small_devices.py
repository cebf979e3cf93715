"""What a keypad has to hold in its memory: the motion snapshot of a hall in which everybody has voted."""

from pathlib import Path

import pytest

from broker import topics
from meeting.service.words import NewMotion
from tests.meeting.clerks import clerks
from tests.meeting.room import council, sqlite_room

MOST_BYTES = 128 * 1024
"""The buffer of a small unit (docs/design/keypad.md)."""
TEXT = "Thông qua dự toán chi vệ sinh môi trường quý IV với tổng số tiền 596.500.000 đồng. "


LONGEST = (TEXT * 100)[:8000]


@pytest.mark.parametrize(
    ("voters", "text"), [(25, TEXT), (100, TEXT), (600, TEXT), (600, LONGEST)], ids=["25", "100", "600", "600-longest-text"]
)
def test_the_motion_of_a_full_hall_fits_a_small_unit(tmp_path: Path, voters: int, text: str) -> None:
    with sqlite_room(tmp_path) as hall:
        made = council(hall, voters)
        for pin in made.pins[:voters]:
            hall.service.chairing.set_presence(made.meeting, pin.member, present=True)
        secretary, chair = clerks(made)
        motion = hall.service.votes.add(made.meeting, NewMotion(item=made.item, title=TEXT, text=text)).id
        hall.service.votes.open(made.meeting, motion)
        chair.countersign(motion, secretary.enter(motion, *((place, "for") for place in range(voters))))
        hall.service.publisher.flush()
        size = len(hall.air.last(topics.MOTION, meeting=made.meeting).to_bytes())
        assert size < MOST_BYTES, f"{voters} voters, {len(text)} letters: {size} bytes"
        assert len(hall.air.last(topics.TURNOUT, meeting=made.meeting).cast_seats) == voters
