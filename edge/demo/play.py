"""The session plays by itself: members ask for the floor and vote; a chair's hand moves it on where nobody else does.

A person may take over at any moment. What the node refuses because a person was quicker is left alone.
"""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress

from edge.demo.booth import PAUSE_S
from edge.demo.calls import CallRefused
from edge.demo.election import elect_all, open_election
from edge.demo.stage import Progress, Stage
from edge.demo.tablet import Tablet

LEANING = ("for",) * 19 + ("against",) * 3 + ("abstain",) * 2 + ("for",)
"""How the 25 seats vote, so that the demo's result is always the same."""
OPENS_AFTER_S, CLOSES_AFTER_S, SPEECH_S = 60.0, 180.0, 20.0


def open_session(stage: Stage) -> None:
    """Open the meeting at the item with the motion, and the speaking queue."""
    base = f"/api/meetings/{stage.meeting}"
    stage.chair.post(f"{base}/state", {"state": "open"})
    for item in stage.items[:2]:
        stage.chair.post(f"{base}/items/{item}/start")
        stage.chair.post(f"{base}/items/{item}/finish")
    stage.chair.post(f"{base}/items/{stage.items[2]}/start")
    stage.chair.post(f"{base}/floor/open")


def one_speech(stage: Stage, tablet: Tablet, *, seconds: float) -> bool:
    """One member asks, is called, starts, pauses, goes on and stops. True when the node took every step."""
    tablet.reconnect_if_lost()
    base = f"/api/meetings/{stage.meeting}/floor"
    asked = tablet.ask("speak", {"kind": "speak"})
    if not asked.ok:
        return False
    stage.chair.post(f"{base}/{asked.body['request']}/call", {"limit_s": 180})
    for step in ("start", "pause", "start"):
        stage.chair.post(f"{base}/speech/{step}")
        time.sleep(seconds / 3)
    stage.chair.post(f"{base}/speech/stop")
    return True


def vote_all(stage: Stage, *, spread_s: float, progress: Progress) -> int:
    """Open the motion and let every simulated tablet cast within `spread_s` seconds. Returns the receipts given."""
    stage.chair.post(f"/api/meetings/{stage.meeting}/motions/{stage.motion}/open")
    return cast_all(stage, spread_s=spread_s, progress=progress)


def cast_all(stage: Stage, *, spread_s: float, progress: Progress) -> int:
    """Every simulated tablet casts its ballot in the motion that is open."""
    chance = random.Random(7)  # noqa: S311  # a demo's pace, not a secret

    def later(tablet: Tablet, choice: str, delay: float) -> bool:
        time.sleep(delay)
        tablet.reconnect_if_lost()
        return tablet.vote(choice).ok

    with ThreadPoolExecutor(max(1, len(stage.tablets))) as pool:
        turns = zip(stage.tablets.values(), LEANING, strict=False)
        casts = [pool.submit(later, tablet, choice, chance.uniform(0, spread_s)) for tablet, choice in turns]
        given = 0
        for done, cast in enumerate(as_completed(casts), 1):
            given += cast.result()
            progress("ballots", done / len(casts))
    return given


class Autopilot:
    """Keeps the demo alive until `stop`: speeches, a vote, a secret election, once the free seat had its time to look around."""

    def __init__(self, stage: Stage, *, say: Callable[[str], None]) -> None:
        self.stage = stage
        self.say = say
        self._voted: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-autopilot", daemon=True)

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step that runs now."""
        self._stop.set()
        self._thread.join(timeout=CLOSES_AFTER_S)

    def _run(self) -> None:
        began, steps = time.monotonic(), iter((self._open_vote, self._open_election))
        chance = random.Random(11)  # noqa: S311  # a demo's pace, not a secret
        tablets = list(self.stage.tablets.values())
        while not self._stop.wait(5.0):
            with suppress(CallRefused, TimeoutError, RuntimeError):
                if (motion := self._open_motion()) is not None:
                    self._cast(motion)
                    self._close_when_time(motion)
                    began = time.monotonic()
                elif time.monotonic() - began > OPENS_AFTER_S and (step := next(steps, None)) is not None:
                    step()
                else:
                    one_speech(self.stage, chance.choice(tablets), seconds=SPEECH_S)

    def _open_vote(self) -> None:
        self.stage.chair.post(f"/api/meetings/{self.stage.meeting}/motions/{self.stage.motion}/open")
        self.say("vote")

    def _open_election(self) -> None:
        open_election(self.stage)
        self.say("election")

    def _open_motion(self) -> str | None:
        first = next(iter(self.stage.tablets.values()))
        first.reconnect_if_lost()
        motion = first.motion
        return motion.motion if motion is not None and motion.state == "open" else None

    def _cast(self, motion: str) -> None:
        """Each simulated tablet casts, once in each vote; a secret one of a person's own making is left to people."""
        if motion in self._voted:
            return
        self._voted.add(motion)
        if motion == self.stage.election:
            elect_all(self.stage, pause_s=PAUSE_S, progress=_silent)
        else:
            cast_all(self.stage, spread_s=20.0, progress=_silent)

    def _close_when_time(self, motion: str) -> None:
        """Whoever took a token and still holds his ballot is left outside after that time."""
        if not self._stop.wait(CLOSES_AFTER_S):
            self.stage.chair.post(f"/api/meetings/{self.stage.meeting}/motions/{motion}/close", {"leave": True})


def _silent(_what: str, _share: float) -> None:
    """Progress for nobody."""
