"""The retained snapshots of a meeting, made from the committed rows."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from broker import topics
from broker.messages import meetings as words
from broker.messages.base import Snapshot
from meeting import rules, store
from meeting.domain import roll as rolls
from meeting.domain.rules import Base, Rule
from meeting.domain.tally import CHOICES
from meeting.service.house import House, Show, frontier_of
from meeting.tables import Document, Item, Meeting, Motion

TOPICS = {
    Show.AGENDA: topics.AGENDA,
    Show.ROLL: topics.ROLL,
    Show.FLOOR: topics.FLOOR,
    Show.MOTION: topics.MOTION,
    Show.TURNOUT: topics.TURNOUT,
    Show.PAGE: topics.PAGE,
    Show.NOTICE: topics.NOTICE,
}


def publish(house: House, meeting: str, kinds: frozenset[Show]) -> None:
    """Read the last committed state once and publish these snapshots of it. Another motion has another turnout."""
    makers: dict[Show, Callable[[House, Session, Meeting], Snapshot]] = {
        Show.AGENDA: agenda,
        Show.ROLL: roll,
        Show.FLOOR: floor,
        Show.MOTION: motion,
        Show.TURNOUT: turnout,
        Show.PAGE: page,
        Show.NOTICE: notice,
    }
    with house.reader() as session:
        row = session.get(Meeting, meeting)
        made = (
            [(kind, makers[kind](house, session, row)) for kind in sorted(kinds | ({Show.TURNOUT} if Show.MOTION in kinds else set()))]
            if row
            else []
        )
    for kind, snapshot in made:
        house.post.publish(TOPICS[kind], snapshot, meeting=meeting)


def document_ref(row: Document) -> words.DocumentRef:
    return words.DocumentRef(id=row.id, title=row.title, sha256=row.sha256, pages=row.pages, bytes=row.bytes)


def agenda(house: House, session: Session, row: Meeting) -> words.AgendaSnapshot:
    documents, motions = store.documents(session, row.id), store.motions(session, row.id)

    def line(item: Item) -> words.AgendaItem:
        return words.AgendaItem(
            id=item.id,
            number=item.number,
            title=item.title,
            minutes=item.minutes,
            state=item.state,
            started_at=item.started_at,
            documents=tuple(document_ref(one) for one in documents if one.item == item.id),
            motions=tuple(one.id for one in motions if one.item == item.id),
        )

    return words.AgendaSnapshot(
        revision=row.revision,
        at=house.clock(),
        meeting=row.id,
        title=row.title,
        body=row.body,
        place=row.place,
        starts_at=row.starts_at,
        state=row.state,
        items=tuple(line(one) for one in store.items(session, row.id)),
    )


def roll(house: House, session: Session, row: Meeting) -> words.RollSnapshot:
    known = store.the_roll(session, row.id)
    seated = {one.seat: one for one in known.members if one.seat}
    since: dict[str, datetime] = {one.member: one.came_at for one in known.here}
    online = {one.member for one in store.live_keys(session, row.id) if one.online}
    seats = []
    for seat in store.seats(session, row.id):
        member = seated.get(seat.id)
        whose: dict[str, Any] = (
            {}
            if member is None
            else {"member": member.id, "name": member.name, "office": member.office, "votes": member.votes, "weight": member.weight}
        )
        here = since.get(member.id) if member else None
        tablet = member is not None and member.id in online
        place = {"id": seat.id, "label": seat.label, "x": seat.x, "y": seat.y}
        seats.append(words.Seat.model_validate({**place, **whose, "present": here is not None, "since": here, "tablet": tablet}))
    rule = house.rules.get(row.rule)
    return words.RollSnapshot(
        revision=row.revision,
        at=house.clock(),
        width=row.plan_width,
        height=row.plan_height,
        seats=tuple(seats),
        voters=len(known.voters),
        present=len(known.present_voters),
        quorum=rule.quorum_of(len(known.voters)) if rule else 1,
    )


def floor(house: House, session: Session, row: Meeting) -> words.FloorSnapshot:
    state = store.the_floor(session, row)
    labels = {one.id: one.label for one in store.seats(session, row.id)}
    names = {one.id: one.name for one in store.members(session, row.id)}

    queue = tuple(
        words.Speaker(
            request=one.id,
            seat=one.seat,
            label=labels.get(one.seat, one.seat),
            name=names.get(one.member, ""),
            kind=one.kind,
            asked_at=one.asked_at,
        )
        for one in state.queue
    )
    speech = None
    if state.speech is not None:
        asked = state.speech.request
        speech = words.Speech(
            request=asked.id,
            seat=asked.seat,
            label=labels.get(asked.seat, asked.seat),
            name=names.get(asked.member, ""),
            kind=asked.kind,
            limit_s=state.speech.limit_s,
            spoken_s=state.speech.spoken_s,
            running_since=state.speech.running_since,
            state=state.speech.state.value,
        )
    return words.FloorSnapshot(revision=row.revision, at=house.clock(), open=state.open, queue=queue, speech=speech)


def rule_of(house: House, row: Motion) -> Rule:
    """The frozen rule of an opened motion, else the rule as it stands in the data."""
    if row.paper is not None:
        return rules.from_words(json.loads(row.paper)["rule"])
    return house.rule(row.rule)


def paper_of(row: Motion) -> dict[str, Any]:
    """The frozen paper's own words; nothing for a draft."""
    return dict(json.loads(row.paper)) if row.paper is not None else {}


def weight_of(row: Motion, rule: Rule, voters: Iterable[rolls.Member]) -> int:
    """The whole of the voters, in persons or weights: as frozen, or as the roll would give it now."""
    paper = paper_of(row)
    return int(paper["voters"]["weight"]) if paper else rolls.weight_of(voters, weights=rule.weights)


def issued_of(session: Session, row: Motion) -> int | None:
    """Tokens given out so far; None for an open vote."""
    return store.issued(session, row.meeting, row.id) if row.paper and row.secret else None


def voted(session: Session, row: Motion) -> tuple[int, tuple[str, ...]]:
    """How many ballots came, and the seats that have voted: of a secret vote those that took a token."""
    if row.secret and row.paper:
        count = count_of(row)
        return count.cast if count else store.boxed(session, row.meeting, row.id), store.token_seats(session, row.meeting, row.id)
    current = store.current(session, row.meeting, row.id)
    return len(current), tuple(sorted(one.seat for one in current if one.seat))


def corrections(session: Session, row: Motion) -> tuple[words.Correction, ...]:
    """What was corrected, read from the log."""
    if row.result_index is None:
        return ()
    said = (json.loads(one.text) for one in store.log_of_motion(session, row.meeting, row.id, "correction"))
    return tuple(words.Correction(at=one["at"], text=one["text"]) for one in said)


def asked(row: Motion, rule: Rule) -> dict[str, Any]:
    """What the motion asks: the choices of a question, or the candidates and how many of them are to be elected."""
    candidates = store.as_motion(row).candidates
    return {
        "method": rule.method.value,
        "choices": () if candidates else tuple(words.Choice.model_validate({"id": choice}) for choice in CHOICES),
        "candidates": tuple(words.Candidate(id=one.id, name=one.name, about=one.about) for one in candidates),
        "seats": row.seats,
    }


def rule_view(rule: Rule, *, voters: int, count: words.Count | None = None) -> words.RuleView:
    """`needed` is known before the close only where the base is all voters."""
    needed = rule.needed(voters) if rule.base is Base.ALL else None
    return words.RuleView(
        id=rule.id,
        body=rule.body,
        base=rule.base.value,
        share=str(rule.share),
        strict=rule.strict,
        needed=count.needed if count else needed,
        citation=rule.citation,
        verified=rule.verified,
        secrecy=rule.secrecy.value,
        weights=rule.weights,
        blank=rule.blank.value,
    )


def count_of(row: Motion) -> words.Count | None:
    return words.Count.model_validate_json(row.result) if row.result else None


def head(house: House, row: Meeting) -> words.LogHead | None:
    """The newest signed head; None while nothing is logged."""
    if row.log_size == 0:
        return None
    frontier = frontier_of(row)
    return words.LogHead(size=frontier.size, root=frontier.root().hex(), checkpoint=house.sign_head(row.id, frontier))


def motion(house: House, session: Session, row: Meeting) -> words.MotionSnapshot:
    revision, at = row.revision, house.clock()
    if row.motion is None:
        return words.MotionSnapshot(revision=revision, at=at)
    shown = store.motion(session, row.id, row.motion)
    count, rule, paper = count_of(shown), rule_of(house, shown), paper_of(shown)
    told = ("item", "title", "text", "state", "opened_at", "closed_at", "paper_sha256", "may_change", "eligible")
    return words.MotionSnapshot(
        **{name: getattr(shown, name) for name in told},
        **asked(shown, rule),
        revision=revision,
        at=at,
        motion=shown.id,
        paper_base64=b64encode(shown.paper).decode() if shown.paper else None,
        secret=paper.get("secret"),
        rule=rule_view(rule, voters=weight_of(shown, rule, ()), count=count),
        count=count,
        corrections=corrections(session, shown),
        head=head(house, row),
    )


def turnout(house: House, session: Session, row: Meeting) -> words.TurnoutSnapshot:
    revision, at = row.revision, house.clock()
    if row.motion is None:
        return words.TurnoutSnapshot(revision=revision, at=at)
    shown = store.motion(session, row.id, row.motion)
    cast, seats = voted(session, shown)
    return words.TurnoutSnapshot(
        revision=revision,
        at=at,
        motion=shown.id,
        issued=issued_of(session, shown),
        cast=cast,
        cast_seats=seats,
        head=head(house, row),
    )


def page(house: House, _session: Session, row: Meeting) -> words.PageSnapshot:
    return words.PageSnapshot(revision=row.revision, at=house.clock(), document=row.page_document, page=row.page)


def notice(house: House, _session: Session, row: Meeting) -> words.NoticeSnapshot:
    level = "attention" if row.notice_level == "attention" else "info"
    return words.NoticeSnapshot(revision=row.revision, at=house.clock(), level=level, text=row.notice_text)
