"""One camera's eyes and judgement: pictures in, findings out. No threads, no clock, no files; time is an argument."""

from dataclasses import dataclass, field
from typing import Protocol

from cameras.domain.actors import Kind
from cameras.domain.areas import Areas
from cameras.domain.geometry import Box
from cameras.domain.objections import objection
from cameras.domain.rules import RULES, Rules
from cameras.domain.scene import Evidence, Look
from cameras.domain.sightings import State, Suspect, Watch, Why
from cameras.domain.story import Story, manner, story
from cameras.domain.tracks import Track, Tracker
from cameras.watch.acts import Acts
from cameras.watch.album import Album
from cameras.watch.known import Known, Taken, like
from cameras.watch.layers import Picture
from cameras.watch.namer import Eyes, Namer
from cameras.watch.scene import SMALLEST_MOVER, Scene
from cameras.watch.strip import FAR_BOX_SIZES, Candidate, Numbers, measure
from cameras.watch.veil import Veil
from cameras.watch.verifier import Judgement

LOOKS_PER_S = 6.0
LONGEST_SIDE = 640
"""Pictures are analysed at this many looks a second and at this size."""
REMEMBER_S = 0.5
"""Where nothing moves, a picture now and then is enough to remember."""
RETRY_S, TRIES = 2.0, 4
"""A suspect that is judged no is judged again: what hid a part of it may have gone."""
KEPT_FROM = 0.5
"""What the network holds as likely as not is told, though not flagged: the desk's threshold may be lower, and an officer may want it."""
ENDED_S = 60.0


class Verifier(Protocol):
    """Judges one candidate. cameras/watch/verifier.py is the embedded one; another network may stand in its place."""

    def judge(self, candidate: Candidate, threshold: float | None = None) -> Judgement:
        """Scores by class, and left + thrown against the threshold."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One suspect that was decided. Times in seconds of the stream, box on the analysed picture."""

    flagged: bool
    why: Why
    at: float
    put_down: float
    act_at: float
    """When the picture of the act was taken."""
    actor_came: float
    actor_gone: float | None
    box: Box
    width: int
    height: int
    score: float
    threshold: float
    numbers: Numbers
    evidence: Evidence
    before: Picture
    act: Picture
    after: Picture
    judged: Judgement | None = None
    """What the network said; None where it was not asked."""
    story: Story | None = None
    tries: int = 1
    """How often it was judged."""
    agent: tuple[Kind, float] | None = None
    """Who left it and with what score, where a detector could say."""

    @property
    def told(self) -> bool:
        """It goes to the desk: flagged here, or likely enough to be kept there below the threshold, for this network or the one in its shadow."""
        beside = self.judged.beside if self.judged is not None else None
        likely = self.score >= KEPT_FROM or (beside is not None and beside[1] >= beside[2])
        return self.flagged or (self.why is Why.VERIFIER and likely)

    @property
    def candidate(self) -> Candidate:
        """As the network is shown it."""
        x0, y0, x1, y1 = (round(value) for value in self.box)
        return Candidate(self.before, self.act, self.after, (x0, y0, x1, y1), self.numbers)


@dataclass
class Analyst:
    """Feed `look` with upright pictures of one size. `verifier` None: the scene's rules decide alone. `eyes` None: nobody says who an actor is."""

    verifier: Verifier | None = None
    eyes: Eyes | None = None
    rules: Rules = RULES
    scene: Scene = field(default_factory=Scene)
    tracker: Tracker = field(default_factory=Tracker)
    last: Look | None = None

    def __post_init__(self) -> None:
        self.watch = Watch(self.rules)
        self._ended: list[Track] = []
        self._album = Album()
        self._namer = Namer(self.eyes) if self.eyes is not None else None
        self._acts = Acts(self._album)
        self._known, self._taken = Known(), Taken()
        self._tries: dict[int, int] = {}

    @property
    def veil(self) -> Veil:
        """What is painted over in the pictures that `look` is given."""
        return self.scene.veil

    def draw(self, areas: Areas) -> Veil:
        """Zones and masks from the next picture on, which comes with the returned veil over it. What was learned elsewhere stays.

        Pictures remembered from before are painted over too.
        """
        self.watch.areas = areas
        if areas.masks != self.veil.masks:
            self.scene.cover(Veil(areas.masks))
            self._album.cover(self.veil)
            self._acts.cover(self.veil)
        return self.veil

    def look(self, picture: Picture, at: float) -> list[Finding]:
        """Take one picture (BGR uint8); returns what was decided with it, flagged or not."""
        look = self.scene.look(picture, at)
        self.last = look
        newest = self._album.newest
        if look.movers or look.things or newest is None or at - newest >= REMEMBER_S:
            self._album.add(self._now(), at)
        if look.moved:
            self.tracker.clear()
            self._ended.clear()
        ended = self.tracker.step(at, look.movers)
        self._ended = [track for track in [*self._ended, *ended] if at - track.seen < ENDED_S]
        for suspect in self.watch.step(look, [*self.tracker.live, *self._ended]):
            self._let_go(suspect)
        self._acts.keep(self.watch.suspects)
        if self._namer is not None:
            self._namer.step(self.watch.suspects, self._album, at)
            self._namer.forget([*self.tracker.live, *self._ended, *(one for suspect in self.watch.suspects for one in suspect.actors)])
        return self._judge_ripe(look, at_end=False)

    def finish(self) -> list[Finding]:
        """The stream is over: decide what was left alone long enough for a short clip."""
        return self._judge_ripe(self.last, at_end=True) if self.last is not None else []

    @property
    def busy(self) -> bool:
        """Somebody goes somewhere, or something new and still waits for its verdict: whoever stops looking now may miss the act."""
        changed = self.last is not None and (self.last.moved or self.last.relit)
        return changed or self.waiting or any(track.acts for track in self.tracker.live)

    @property
    def calm(self) -> bool:
        """Nothing moves, and nothing new lies there."""
        return self.last is not None and not (self.tracker.live or self.last.things or self.watch.suspects)

    @property
    def waiting(self) -> bool:
        """Something new lies there and waits for its verdict."""
        return any(suspect.watched for suspect in self.watch.suspects)

    def strange(self, picture: Picture, patience: float) -> bool:
        """The picture shows something unknown, `patience` times the smallest mover large. Nothing is learned from it."""
        return self.scene.strange(picture, patience * SMALLEST_MOVER)

    def hold_from(self) -> float | None:
        """The earliest time that a suspect under watch may need evidence from; None when there is none."""
        return min((suspect.actor_came for suspect in self.watch.suspects if suspect.state is State.SUSPECTED), default=None)

    def _judge_ripe(self, look: Look, *, at_end: bool) -> list[Finding]:
        findings = []
        for suspect in self.watch.ripe(look, at_end=at_end):
            if look.at - suspect.tried_at >= RETRY_S:
                finding = self._judge(suspect, look)
                if finding is not None:
                    findings.append(finding)
        return findings

    def _judge(self, suspect: Suspect, look: Look) -> Finding | None:
        suspect.tried_at = look.at
        tries = self._tries[suspect.id] = self._tries.get(suspect.id, 0) + 1
        evidence = self.scene.evidence(suspect.box)
        why = objection(suspect, evidence, look, self.rules)
        if why is None and self._known.holds(suspect, self._now(), look.at):
            why = Why.KNOWN
        finding = self._finding(suspect, look, evidence, why)
        if not finding.flagged and tries < TRIES and finding.why not in (Why.REMOVED, Why.KNOWN, Why.TOO_LARGE):
            return None
        if finding.why is Why.REMOVED:
            self._taken.add(suspect.since, suspect.box, self.scene.colours(suspect.box, before=True))
        suspect.settle(State.FLAGGED if finding.flagged else State.DROPPED, finding.why)
        if finding.flagged:
            self._known.add(suspect, finding.after, look.at)
        self._let_go(suspect)
        return finding

    def _finding(self, suspect: Suspect, look: Look, evidence: Evidence, why: Why | None) -> Finding:
        before, after = self.scene.background(), self._now()
        act, act_at = self._acts.of(suspect, after)
        numbers = self._numbers(suspect, look, before, after)
        box = tuple(round(value) for value in suspect.box)
        score, threshold = min(1.0, max(0.0, 0.5 + 0.5 * evidence.arrival)), 0.5
        judged: Judgement | None = None
        if why is None and self.verifier is not None:
            judged = self.verifier.judge(Candidate(before, act, after, (box[0], box[1], box[2], box[3]), numbers))
            score, threshold = judged.score, judged.threshold
            why = None if judged.flagged else Why.VERIFIER
        if why is None and self._was_moved(suspect, look):
            why = Why.PUSHED_ASIDE
        if self._namer is not None and (why is None or (why is Why.VERIFIER and score >= KEPT_FROM)):
            why = self._namer.is_somebody(suspect.box, before, after, self._namer.came_as(suspect)) or why
        tale = story(suspect, look)
        return Finding(
            flagged=why is None,
            why=why or manner(suspect),
            at=look.at,
            put_down=suspect.since,
            act_at=act_at,
            actor_came=min(suspect.actor_came, suspect.since),
            actor_gone=tale.gone_at if tale is not None else None,
            box=suspect.box,
            width=look.width,
            height=look.height,
            score=round(score, 4),
            threshold=threshold,
            numbers=numbers,
            evidence=evidence,
            before=before,
            act=act,
            after=after,
            judged=judged,
            story=tale,
            tries=self._tries.get(suspect.id, 1),
            agent=self._namer.agent(suspect) if self._namer is not None else None,
        )

    def _was_moved(self, suspect: Suspect, look: Look) -> bool:
        """What it is was taken from somewhere else in view, just before: pushed, kicked, or brought back."""
        others = [
            thing for thing in look.things if thing.box != suspect.box and thing.since <= suspect.since + 1 and like(thing.box, suspect.box)
        ]
        for other in others:
            if self.scene.evidence(other.box).arrival < self.rules.lowest_arrival:
                self._taken.add(other.since, other.box, self.scene.colours(other.box, before=True))
        return self._taken.explain(suspect, self.scene.colours(suspect.box))

    def _numbers(self, suspect: Suspect, look: Look, before: Picture, after: Picture) -> Numbers:
        x0, y0, x1, y1 = (round(value) for value in suspect.box)
        measures = measure(before, after, (x0, y0, x1, y1))
        actor = suspect.actor_size
        distance = self.watch.distance(suspect, look)
        return Numbers(
            dwell_s=look.at - suspect.since,
            area_share=measures.area_share,
            size_to_actor=suspect.box.side / actor if actor else 0.0,
            actor_distance=FAR_BOX_SIZES if distance is None else min(distance, FAR_BOX_SIZES),
            actor_seen=1.0 if suspect.actors else 0.0,
            edge_gain=measures.edge_gain,
            luma=measures.luma,
        )

    def _now(self) -> Picture:
        if self.scene.picture is None:
            raise ValueError("nothing was looked at yet")
        return self.scene.picture

    def _let_go(self, suspect: Suspect) -> None:
        """It is settled: what still lies there is background now, unless it went by itself."""
        if suspect.why is not Why.WENT_AWAY:
            self.scene.absorb(suspect.box)
        self._acts.forget(suspect)
        self._tries.pop(suspect.id, None)
        self.watch.forget(suspect)
