"""The demo's secret election: two of five are chosen, on ballots that nobody can trace."""

import random
import secrets
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from edge.demo import commune
from edge.demo.booth import put, seal, token
from edge.demo.stage import Progress, Stage
from edge.demo.tablet import Tablet
from meeting.log.verifier import verify

TITLE = "Bầu hai Phó Trưởng ban của Hội đồng nhân dân"
TEXT = "Năm người được giới thiệu. Bầu hai người, bỏ phiếu kín."
RULE, SEATS = "hdnd-bau-cu", 2
STANDING = (3, 8, 12, 16, 20)
"""Places of the members who stand for election."""
LEANING = ("c1,c3",) * 11 + ("c1,c2",) * 4 + ("c3,c5",) * 6 + ("c2,c4",) * 3 + ("none",)
"""How the 25 seats vote: 17 for the third, 15 for the first, who are elected, and one blank ballot, which this rule calls invalid."""


@dataclass(frozen=True)
class Counted:
    """What came of it."""

    issued: int
    cast: int
    invalid: int
    elected: int
    verified: bool

    def __str__(self) -> str:
        return f"{self.cast}/{self.issued} · {self.elected}/{SEATS}"


def prepare_election(stage: Stage) -> None:
    """The motion in draft, at the item before the last."""
    candidates = [{"name": commune.member_name(place), "about": f"Tổ đại biểu số {place % 4 + 1}"} for place in STANDING]
    order = {"item": stage.items[-2], "title": TITLE, "text": TEXT, "rule": RULE, "candidates": candidates, "seats": SEATS}
    stage.election = str(stage.secretary.post(f"/api/meetings/{stage.meeting}/motions", order)["id"])


def open_election(stage: Stage) -> None:
    """The meeting goes to its item, and the chair opens it."""
    base = f"/api/meetings/{stage.meeting}"
    stage.chair.post(f"{base}/items/{stage.items[-2]}/start")
    stage.chair.post(f"{base}/motions/{stage.election}/open")


def elect_all(stage: Stage, *, pause_s: tuple[float, float], progress: Progress) -> int:
    """Every simulated tablet votes in the election that is open. Returns the promises of the box."""
    chance = random.Random(5)  # noqa: S311 - a demo's choices, not a secret

    def one(tablet: Tablet, choice: str) -> str:
        tablet.reconnect_if_lost()
        sealed = seal(tablet, choice, stage.election)
        words = sealed.box_words(token(tablet, sealed))
        time.sleep(secrets.SystemRandom().uniform(*pause_s))
        return str(put(stage.node, stage.meeting, words)["tracker"])

    choices = chance.sample(LEANING, len(LEANING))
    with ThreadPoolExecutor(8) as pool:
        casts = [pool.submit(one, tablet, choice) for tablet, choice in zip(stage.tablets.values(), choices, strict=False)]
        trackers = set()
        for done, cast in enumerate(as_completed(casts), 1):
            trackers.add(cast.result())
            progress("election", done / len(casts))
    return len(trackers)


def hold_election(stage: Stage, progress: Progress) -> Counted:
    """From the opening to the verified bundle. Raises CallRefused, TimeoutError."""
    base = f"/api/meetings/{stage.meeting}/motions/{stage.election}"
    open_election(stage)
    elect_all(stage, pause_s=(0.0, 0.3), progress=progress)
    stage.chair.post(f"{base}/close")
    count = stage.chair.get(base)["motion"]["count"]
    verified = verify(stage.secretary.bytes_of(f"{base}/bundle")).ok
    return Counted(count["issued"], count["cast"], count["invalid"], len(count["elected"]), verified)
