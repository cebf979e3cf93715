"""The officer's desk: lets people judge sightings and keeps what proves them. Its doors are intake (MQTT) and http.

Every change is one job of the house's writer: row, trace and fact in one commit. Others are told after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session

from cameras.desk import days, links, manifest, store, views
from cameras.desk.arrivals import Arrivals
from cameras.desk.budget import Budget
from cameras.desk.custody import Custody, Place
from cameras.desk.ledger import totals_of
from cameras.desk.models import SightingBrief, SightingWhole, Summary, VerdictAsk
from cameras.desk.pins import Keeping
from cameras.desk.ports import DeskSettings, House
from cameras.desk.store import Step, Wanted
from cameras.desk.tables import EvidenceRow, SightingRow
from cameras.desk.viewers import Viewers
from cameras.domain import cases
from cameras.domain.cases import Judgement, Person, State, Verdict
from cameras.domain.errors import Code, Refusal
from cameras.domain.facts import CaseFact, Kind
from cameras.ports import Entry

T = TypeVar("T")
ANSWER_S = 10
"""A person waits at most so long for the writer."""


@dataclass(frozen=True)
class File:
    """A proved evidence file."""

    path: Path
    sha256: str


class SightingDesk:
    """Everything the officer's side can do."""

    def __init__(self, house: House, settings: DeskSettings) -> None:
        self.house, self.settings = house, settings
        self.custody = Custody(settings.evidence, reserve_bytes=settings.reserve_bytes, largest_bytes=settings.largest_bytes)
        self.viewers = Viewers()
        self.window = timedelta(seconds=settings.undo_s)
        self.budget = Budget(house, self.window)
        self.keeping = Keeping(house, self.window)
        self.arrivals = Arrivals(house, self.custody, self.budget)

    def queue(self, wanted: Wanted, *, account: str) -> list[SightingBrief]:
        """The list, newest first."""
        others = self.viewers.others(account, self.house.clock())
        with self.house.reader() as session:
            rows = store.queue(session, wanted)
            posters = store.posters(session, [row.id for row in rows])
        return [views.brief(row, poster=row.id in posters, viewer=others.get(row.id), window=self.window) for row in rows]

    def whole(self, sighting: str, *, account: str) -> SightingWhole:
        """Everything about one sighting. Raises Refusal NO_SUCH_SIGHTING."""
        viewer = self.viewers.others(account, self.house.clock()).get(sighting)
        with self.house.reader() as session:
            return self._whole(session, _found(session, sighting), viewer)

    def summary(self, day: date | None) -> Summary:
        """One day of the commune, today when none is given."""
        now, cards = self.house.clock(), self.house.listed()
        wanted = day or days.today(now)
        with self.house.reader() as session:
            watched = totals_of(session, cards, wanted, now=now)
            return days.summary(session, wanted, cards=cards, watched=watched)

    def look(self, sighting: str, by: Person) -> None:
        """`by` has it open. Raises Refusal NO_SUCH_SIGHTING."""
        with self.house.reader() as session:
            camera = _found(session, sighting).camera
        self.viewers.look(sighting, account=by.account, name=by.name, now=self.house.clock())
        self.house.tell("live/sightings", {"sighting": sighting, "camera": camera, "viewer": by.name})

    def judge(self, sighting: str, ask: VerdictAsk, by: Person) -> SightingWhole:
        """Give a verdict. Raises the Refusals of cases.judge; nothing is changed then."""

        def job(entry: Entry) -> SightingWhole:
            row, now = _found(entry.session, sighting), self.house.clock()
            given = Judgement(ask.verdict, by, now, State(row.state), reason=ask.reason, note=ask.note.strip())
            case = cases.judge(store.case_of(row), given, seen=ask.revision)
            store.put_case(entry.session, row, case, step=Step("judged", now, by, reason=ask.reason, note=given.note))
            self._note_verdict(entry, row, now)
            return self._changed(entry, row)

        return self._done(job)

    def undo(self, sighting: str, by: Person) -> SightingWhole:
        """Take the last verdict back. Raises the Refusals of cases.undo."""

        def job(entry: Entry) -> SightingWhole:
            row, now = _found(entry.session, sighting), self.house.clock()
            taken_back = row.verdict
            case = cases.undo(store.case_of(row), by, now=now, window=self.window)
            store.put_case(entry.session, row, case, step=Step("undone", now, by))
            if taken_back != Verdict.UNSURE:
                entry.note(CaseFact("cameras.case_reopened", row.id, {"taken_back": taken_back}))
            return self._changed(entry, row)

        return self._done(job)

    def close(self, sighting: str, by: Person) -> SightingWhole:
        """End a reported case. Raises Refusal NOT_REPORTED."""

        def job(entry: Entry) -> SightingWhole:
            row, now = _found(entry.session, sighting), self.house.clock()
            store.put_case(entry.session, row, cases.closed(store.case_of(row)), step=Step("closed", now, by))
            entry.note(CaseFact("cameras.case_closed", row.id, views.reported_facts(row)))
            return self._changed(entry, row)

        return self._done(job)

    def mark_reported(self, entry: Entry, sighting: str, *, reference: str | None) -> None:
        """The commune's system has the case: part of the job that records the delivery."""
        row = store.find(entry.session, sighting)
        if row is None or row.state != State.CONFIRMED:
            return
        step = Step("reported", self.house.clock(), reference=reference)
        store.put_case(entry.session, row, cases.reported(store.case_of(row)), step=step)
        self._changed(entry, row)

    def file(self, sighting: str, name: str) -> File:
        """A sealed file, proved. Raises Refusal NO_SUCH_SIGHTING, NO_SUCH_FILE, EVIDENCE_ALTERED (which is also noted)."""
        with self.house.reader() as session:
            camera, sealed = _found(session, sighting).camera, session.get(EvidenceRow, (sighting, name))
        if sealed is None:
            raise Refusal(Code.NO_SUCH_FILE, {"name": name[:60]})
        try:
            return File(self.custody.proved(Place(camera, sighting, name), sealed.sha256), sealed.sha256)
        except Refusal as refusal:
            if refusal.code is Code.EVIDENCE_ALTERED:
                self._done(lambda entry: entry.note(CaseFact("cameras.evidence_altered", sighting, {"name": name})))
            raise

    def shared_file(self, link: links.Link) -> File:
        """A sealed file for who holds a link. Raises also LINK_FOREIGN, LINK_EXPIRED."""
        links.check(self.settings.link_key, link, now=self.house.clock())
        return self.file(link.sighting, link.name)

    def media_link(self, sighting: str) -> str | None:
        """An address for the act's picture that works outside for a time; None when the node has no public address."""
        if not self.settings.public_url:
            return None
        with self.house.reader() as session:
            names = {file.name for file in store.evidence(session, sighting)}
        name = next((name for name in ("act.jpg", "poster.jpg") if name in names), None)
        if name is None:
            return None
        until = self.house.clock() + timedelta(days=self.settings.link_days)
        return self.settings.public_url.rstrip("/") + links.path_of(links.made(self.settings.link_key, sighting, name, until))

    def _note_verdict(self, entry: Entry, row: SightingRow, now: datetime) -> None:
        kinds: dict[str, Kind] = {Verdict.CONFIRMED: "cameras.case_confirmed", Verdict.REJECTED: "cameras.case_rejected"}
        kind = kinds.get(row.verdict or "")
        if kind is not None:
            held = {"hold_until": (now + self.window).isoformat()}
            entry.note(CaseFact(kind, row.id, views.reported_facts(row, reason=row.verdict == Verdict.REJECTED) | held))

    def _changed(self, entry: Entry, row: SightingRow) -> SightingWhole:
        entry.session.flush()
        told = views.change(row)
        entry.after(lambda: self.house.tell("live/sightings", told))
        return self._whole(entry.session, row, None)

    def _whole(self, session: Session, row: SightingRow, viewer: str | None) -> SightingWhole:
        files, trace = store.evidence(session, row.id), store.events(session, row.id)
        masks = manifest.masks(Place(row.camera, row.id, "manifest.json").under(self.custody.folder))
        return views.whole(row, files, trace, viewer=viewer, window=self.window).model_copy(update={"masks": masks})

    def _done(self, job: Callable[[Entry], T]) -> T:
        return self.house.writer.submit(job).result(timeout=ANSWER_S)


def _found(session: Session, sighting: str) -> SightingRow:
    row = store.find(session, sighting)
    if row is None:
        raise Refusal(Code.NO_SUCH_SIGHTING, {"sighting": sighting[:60]})
    return row
