"""Every camera busy at the same moment, and half the time that this takes: every act is found all the same, and the lack is said."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cameras.domain.duty import Duty
from cameras.domain.errors import Code
from cameras.domain.gate import Gate
from cameras.domain.governor import FULL, Claim, Governor, Grant
from cameras.watch.analyst import LONGEST_SIDE, LOOKS_PER_S, Analyst, Finding
from cameras.watch.lookout import Lookout
from cameras.watch.ring import Ring
from cameras.watch.sampler import Sampler
from cameras.watch.shares import shortage
from cameras.watch.stream import Stream
from tests.cameras.watch import films

QUIET_S, WHOLE_S = 26, 60
"""Long enough to learn and to fall asleep, and the time after the act in which what was held back is caught up."""
CAMERAS = 3


def later(frame: int) -> films.Picture:
    return films.dumping(max(0, frame - QUIET_S * films.FPS))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return films.render(tmp_path_factory.mktemp("busy") / "film.mp4", later, WHOLE_S)


@dataclass
class Eyes:
    """One camera of the watcher, by hand: the film's time is the governor's."""

    film: Path
    governor: Governor
    name: str
    findings: list[Finding] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    said: set[Code] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.stream, self.ring, self.analyst = Stream(str(self.film)), Ring(), Analyst()
        self.stream.open()
        sampler = Sampler(self.stream, per_second=LOOKS_PER_S, longest_side=LONGEST_SIDE)
        self.lookout = Lookout(self.stream, self.ring, Duty(Gate()), sampler=sampler, judge=self.analyst)
        self.lookout.share = self.ask
        self.parcels = self.stream.parcels()
        self.awake = self.decoded = 0

    def ask(self, claim: Claim) -> Grant:
        self.claims.append(claim)
        self.grants.append(self.governor.claim(self.name, claim, self.lookout.newest))
        return self.grants[-1]

    def step(self) -> bool:
        """Take the next packet; False at the end."""
        parcel = next(self.parcels, None)
        if parcel is None:
            return False
        lookout = self.lookout
        for at, picture in lookout.pictures(parcel, self.ring.add(parcel), hour=12):
            self.findings += self.analyst.look(picture, at)
            if lookout.duty.awake:
                lookout.duty.looked(at, lookout.newest, busy=self.analyst.busy, hour=12)
        trouble = shortage(lookout.grant, awake=lookout.duty.awake)
        self.said |= {trouble[0]} if trouble is not None else set()
        return True


def watched(film: Path, share: float) -> list[Eyes]:
    """All cameras side by side. From the moment at which they are asleep, the budget is `share` of what all of them want when awake; what that is
    in seconds of a core changes with what else the machine does.
    """
    governor = Governor(1000.0)
    eyes = [Eyes(film, governor, str(number)) for number in range(CAMERAS)]
    while all(one.step() for one in eyes):
        if eyes[0].lookout.newest > QUIET_S:
            assert governor.budget < 1000.0 or not any(one.lookout.duty.awake for one in eyes)
            governor.budget = share * sum(FULL.cost(_awake(one.claims[-1])) for one in eyes)
    return eyes


def _awake(claim: Claim) -> Claim:
    return Claim(True, False, 0.0, 0.0, claim.decode, claim.look, claim.glance)


@pytest.mark.parametrize("share", [0.8, 0.3])
def test_with_too_little_time_every_act_is_found(film: Path, share: float) -> None:
    eyes = watched(film, share)
    for one in eyes:
        flagged = [finding for finding in one.findings if finding.flagged]
        assert [round(finding.put_down - QUIET_S - 8.5) for finding in flagged] == [0]
        assert flagged[0].actor_came < QUIET_S + 5.5
    said = set.union(*(one.said for one in eyes))
    assert Code.FEWER_LOOKS in said
    assert Code.KEYFRAMES_ONLY in said or share > 0.5
