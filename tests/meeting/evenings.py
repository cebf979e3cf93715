"""Bundles of votes that were really held, one of each kind, with what a stranger may have beside them."""

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from meeting.log.merkle import root
from meeting.log.verifier import Beside
from meeting.service.words import CandidateWords, MemberWords, NewMotion
from tests.meeting.booth import SECRET, Booth, vote
from tests.meeting.booth import election as secret_election
from tests.meeting.clerks import clerks
from tests.meeting.room import Council, Tablet, council, pdf, sqlite_room


@dataclass(frozen=True)
class Evening:
    """A bundle, and its key, receipts and documents."""

    bundle: bytes
    beside: Beside


def question(folder: Path) -> Evening:
    """Two motions in one log, a document, ballots cast again, a tablet swapped, one who left, a correction."""
    with sqlite_room(folder) as made:
        five = council(made)
        made.service.documents.add(five.meeting, five.item, title="Tờ trình", source=BytesIO(pdf()))
        tablets = five.arrive(0, 1, 2, 3, 4)
        other = five.opened()
        assert tablets[0].cast("against").ok
        made.service.votes.close(five.meeting, other)
        motion = five.opened()
        receipts = [tablet.cast(choice).body for tablet, choice in zip(tablets, ("for", "for", "against", "for", "abstain"), strict=True)]
        receipts.append(tablets[2].cast("for").body)
        swapped = Tablet(made, five.meeting, "tablet-9")
        assert swapped.check_in(five.pins[3].pin).ok
        receipts.append(swapped.cast("abstain").body)
        made.service.votes.close(five.meeting, motion)
        made.service.votes.correct(five.meeting, motion, text="Đính chính: 𝔇 họp lúc 08:30", by="account-1")
        return _kept(five, motion, [json.dumps(one).encode() for one in receipts], [pdf()])


def election(folder: Path) -> Evening:
    """Two of three: three at their tablets, two called out, one of whom elects nobody."""
    with sqlite_room(folder) as made:
        five = council(made)
        people = tuple(CandidateWords(name=f"Người ứng cử {place}") for place in (1, 2, 3))
        new = NewMotion(item=five.item, title="Bầu ban kiểm phiếu", rule="bau-cu-gio-tay", candidates=people, seats=2)
        motion = made.service.votes.add(five.meeting, new).id
        tablets = five.arrive(0, 1, 2)
        for place in (3, 4):
            made.service.chairing.set_presence(five.meeting, five.pins[place].member, present=True)
        secretary, chair = clerks(five)
        made.service.votes.open(five.meeting, motion)
        receipts = [tablet.cast(choice).body for tablet, choice in zip(tablets, ("c1,c3", "c1,c3", "c3"), strict=True)]
        chair.countersign(motion, secretary.enter(motion, (3, "c1,c2"), (4, "none")))
        made.service.votes.close(five.meeting, motion)
        return _kept(five, motion, [json.dumps(one).encode() for one in receipts], [])


def weighed(folder: Path) -> Evening:
    """A conference where each voter has a weight."""
    with sqlite_room(folder) as made:
        five = council(made, open_now=False)
        listed = [MemberWords(name=f"Cổ đông {i + 1}", seat=f"s{i}", weight=(i + 1) * 7) for i in range(5)]
        made.service.preparing.set_members(five.meeting, listed)
        five.pins = made.service.preparing.make_pins(five.meeting)
        made.service.chairing.set_state(five.meeting, "open")
        tablets = five.arrive(1, 3, 4)
        motion = five.opened("hoi-nghi-trong-so")
        receipts = [tablet.cast(choice).body for tablet, choice in zip(tablets, ("for", "against", "for"), strict=True)]
        made.service.votes.close(five.meeting, motion)
        return _kept(five, motion, [json.dumps(one).encode() for one in receipts], [])


def called(folder: Path) -> Evening:
    """Two voted at tablets, then the secretary called out three, one of whom had voted before."""
    with sqlite_room(folder) as made:
        five = council(made)
        tablets = five.arrive(0, 1)
        for place in (2, 3):
            made.service.chairing.set_presence(five.meeting, five.pins[place].member, present=True)
        secretary, chair = clerks(five)
        motion = five.opened()
        receipts = [tablet.cast("for").body for tablet in tablets]
        chair.countersign(motion, secretary.enter(motion, (1, "against"), (2, "for"), (3, "abstain")))
        made.service.votes.close(five.meeting, motion)
        return _kept(five, motion, [json.dumps(one).encode() for one in receipts], [])


def secret(folder: Path) -> Evening:
    """A secret question: an invalid ballot, one that is left outside, an open vote in the same log; the promises of the box beside it."""
    with sqlite_room(folder) as made:
        five = council(made)
        tablets = five.arrive(0, 1, 2, 3, 4)
        other = five.opened()
        assert tablets[0].cast("against").ok
        made.service.votes.close(five.meeting, other)
        motion = five.opened(SECRET)
        promises = [vote(tablet, motion, choice) for tablet, choice in zip(tablets, ("for", "for", "perhaps", "for"), strict=False)]
        assert Booth.enter(tablets[4], motion, "against").ask().ok
        made.service.votes.close(five.meeting, motion, leave=True)
        return _kept(five, motion, [one.model_dump_json().encode() for one in promises], [])


def chosen_in_secret(folder: Path) -> Evening:
    """A secret election: one ballot blank, one that says what is not on the paper."""
    with sqlite_room(folder) as made:
        five = council(made)
        tablets = five.arrive(0, 1, 2, 3)
        motion = secret_election(five, ("Người ứng cử 1", "Người ứng cử 2", "Người ứng cử 3"), 2)
        promises = [vote(tablet, motion, choice) for tablet, choice in zip(tablets, ("c1,c3", "c1", "none", "c9"), strict=True)]
        made.service.votes.close(five.meeting, motion)
        return _kept(five, motion, [one.model_dump_json().encode() for one in promises], [])


def _kept(five: Council, motion: str, receipts: list[bytes], documents: list[bytes]) -> Evening:
    service = five.room.service
    key, bundle = service.house.verifier_key(five.meeting), service.reading.bundle(five.meeting, motion, names=True)
    return Evening(bundle, Beside(key=key, receipts=receipts, documents=documents, heads=heads_of(bundle)))


def heads_of(bundle: bytes) -> list[str]:
    """Heads that somebody kept: the last one as its QR says it, on one line, and an earlier one as it is read aloud."""
    told = json.loads(bundle)
    signed, leaves = told["checkpoint"], [bytes.fromhex(one["leaf"]) for one in told["entries"]]
    half = len(leaves) // 2
    return [signed, " ".join(signed.split()), f"{half} {root(leaves[:half]).hex()[:20]}"]


KINDS = {"question": question, "election": election, "weighed": weighed, "called": called, "secret": secret, "chosen": chosen_in_secret}
