"""The entries of the log: canonical JSON, one kind for each thing that must not be denied later.

Every entry has {v, index, kind, meeting, at}; what else it has stands at each maker here and in docs/design/votes.md.
Names are never in an entry, only salted hashes of them, so that a name can be hidden and the log stays whole.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from broker.envelope import canonical

VERSION = 1
Data = dict[str, Any]


def stamp(at: datetime) -> str:
    """A time in the log: UTC with microseconds and Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def name_hash(salt: str, name: str) -> str:
    """SHA-256 over the salt's bytes (hex, 16 bytes) and the name in UTF-8, as hex."""
    return hashlib.sha256(bytes.fromhex(salt) + name.encode()).hexdigest()


@dataclass(frozen=True)
class Place:
    """Where and when an entry stands."""

    index: int
    meeting: str
    at: datetime


def entry(kind: str, place: Place, data: Mapping[str, Any]) -> bytes:
    """The bytes of an entry, as they are hashed and kept."""
    head = {"v": VERSION, "index": place.index, "kind": kind, "meeting": place.meeting, "at": stamp(place.at)}
    return canonical({**data, **head})


def log_begun(*, title: str, body: str) -> Data:
    """The first entry. The members follow it."""
    return {"title": title, "body": body}


def meeting_state(state: str) -> Data:
    """`state`: open, paused or closed."""
    return {"state": state}


@dataclass(frozen=True)
class Voter:
    """A member as the log knows him at a moment."""

    member: str
    seat: str | None
    votes: bool
    chairs: bool
    present: bool
    kid: str | None
    name_sha256: str
    weight: int = 1


def member(voter: Voter) -> Data:
    """A member of this meeting, or what changed about him."""
    return {
        "member": voter.member,
        "seat": voter.seat,
        "votes": voter.votes,
        "chairs": voter.chairs,
        "weight": voter.weight,
        "name_sha256": voter.name_sha256,
    }


def member_removed(member_id: str) -> Data:
    return {"member": member_id}


@dataclass(frozen=True)
class Bound:
    """A key as it is bound: who, where, which, on whose word, and the tablet's proof that it holds the key."""

    member: str
    seat: str
    device: str
    kid: str
    jwk: Mapping[str, str]
    by: str
    proof: str


def key_bound(bound: Bound) -> Data:
    """`by` is pin or badge; `proof` a compact JWS over {meeting, device, kid, at} by that key."""
    return {
        "member": bound.member,
        "seat": bound.seat,
        "device": bound.device,
        "kid": bound.kid,
        "jwk": dict(bound.jwk),
        "by": bound.by,
        "proof": bound.proof,
    }


def key_ended(*, member: str, kid: str, reason: str) -> Data:
    """`reason`: replaced (another tablet of the same member) or left (marked absent)."""
    return {"member": member, "kid": kid, "reason": reason}


def presence(*, member: str, present: bool, by: str) -> Data:
    return {"member": member, "present": present, "by": by}


def roll(motion: str, moment: Literal["opening", "closing"], voters: Iterable[Voter]) -> Data:
    """Who is here, taken at the opening and the close of every vote."""
    wanted = ("member", "seat", "votes", "weight", "present", "kid")
    lines = [{name: getattr(one, name) for name in wanted} for one in voters]
    return {"motion": motion, "moment": moment, "members": lines}


def motion_opened(*, motion: str, paper_sha256: str) -> Data:
    return {"motion": motion, "paper": paper_sha256}


def ballot(*, motion: str, member: str, jws: str) -> Data:
    """The ballot exactly as it was signed and received."""
    return {"motion": motion, "member": member, "jws": jws}


def token_issued(*, motion: str, member: str, jws: str) -> Data:
    """The right to one secret ballot, given out: the ask exactly as it was signed and received. It carries a blinded message, no choice."""
    return {"motion": motion, "member": member, "jws": jws}


def secret_ballot(*, motion: str, tracker: str, prepared: str, signature: str) -> Data:
    """A ballot out of the box, at the close: the signed message and the signature, base64url. They are logged in the order of trackers."""
    return {"motion": motion, "tracker": tracker, "prepared": prepared, "signature": signature}


def motion_closed(*, motion: str, ballots: int) -> Data:
    """`ballots` counts the ballot entries of this motion, also those that a later one replaced."""
    return {"motion": motion, "ballots": ballots}


def result(motion: str, numbers: Mapping[str, Any]) -> Data:
    """`numbers`: every field of meeting.domain.tally.Result, as JSON values."""
    return {"motion": motion, **numbers}


def correction(*, motion: str, text: str, by: str) -> Data:
    """What the chair corrects; nothing is taken away."""
    return {"motion": motion, "text": text, "by": by}
