"""A tablet checks in for a member, or comes back after a reload.

check_in, in this order:
 1 the body has exactly pin or badge, key and proof
 2 this device is not locked by wrong PINs
 3 the key is a public ES256 key, and the tablet proves that it holds it
 4 PIN or badge is a member's; five wrong ones lock the device, each further one twice as long
 5 he has a seat, the key is nobody else's, and no other member who is here uses this tablet
 6 an earlier key of this member or this tablet ends; the new one is bound and logged; he is present
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from broker.envelope import canonical
from meeting import store
from meeting.domain.errors import Code, Refusal
from meeting.domain.roll import Source
from meeting.log import entries
from meeting.service.chairing import arrive, end_key
from meeting.service.house import Show, Work
from meeting.service.keys import check_proof, read_jwk, thumbprint
from meeting.service.preparing import NOT_CLOSED
from meeting.tables import Key, Lock, Member, Seat

Body = dict[str, Any]
MOST_RECEIPT_BYTES = 96 * 1024
"""In one answer: what is larger than 128 KiB never leaves (broker/outgoing.py), and whoever voted often could not come back at all.
A receipt has about 2.5 KB. Older ones stay with the tablet that got them, and their ballots on the board.
"""


@dataclass(frozen=True)
class Held:
    """A key that a tablet has shown it holds."""

    device: str
    jwk: Mapping[str, str]
    kid: str
    proof: str


class WrongSecret(Refusal):
    """A refusal that must be remembered: the count of wrong tries is committed with it."""


def check_in(work: Work, device: str, body: Mapping[str, Any]) -> Body:
    """Answers {member, seat, label, name, receipts}. Raises Refusal; for WrongSecret what was written stays."""
    kind = "pin" if "pin" in body else "badge"
    if set(body) != {kind, "key", "proof"} or not isinstance(body[kind], str) or not 0 < len(body[kind]) <= 100:
        raise Refusal(Code.ASK_MALFORMED, field=kind)
    work.require(*NOT_CLOSED)
    lock = _refuse_locked(work, device)
    held = _held(work, device, body)
    member = _member(work, kind, body[kind])
    if member is None:
        raise _wrong(work, lock)
    if lock.failures:
        lock.failures, lock.until = 0, None
        work.session.add(lock)
    seat = _seat(work, member)
    work.begin_log()
    if _bind(work, member, held, kind) or not store.open_stay(work.session, work.id, member.id):
        _be_here(work, member)
    work.show(Show.ROLL)
    return _who(work, member, seat)


def _be_here(work: Work, member: Member) -> None:
    if store.open_stay(work.session, work.id, member.id) is None:
        arrive(work, member.id, Source.TABLET)


def resume(work: Work, device: str, body: Mapping[str, Any]) -> Body:
    """The same key comes back: answers the seat and all receipts. After the close, too."""
    if set(body) != {"key", "proof"}:
        raise Refusal(Code.ASK_MALFORMED, field="key")
    held = _held(work, device, body)
    key = work.session.get(Key, (work.id, held.kid))
    if key is None or key.ended_at is not None or key.device != device:
        raise Refusal(Code.KEY_UNKNOWN)
    member = store.member(work.session, work.id, key.member)
    if not key.online:
        key.online = True
        work.session.add(key)
        work.show(Show.ROLL)
    return _who(work, member, _seat(work, member))


def _held(work: Work, device: str, body: Mapping[str, Any]) -> Held:
    jwk = read_jwk(body["key"])
    proof = check_proof(body["proof"], jwk, meeting=work.id, device=device)
    return Held(device, jwk, thumbprint(jwk), proof)


def _refuse_locked(work: Work, device: str) -> Lock:
    lock = work.session.get(Lock, (work.id, device)) or Lock(meeting=work.id, device=device)
    if lock.until is not None and work.now < lock.until:
        raise Refusal(Code.LOCKED, retry_after_s=int((lock.until - work.now).total_seconds()) + 1)
    return lock


def _member(work: Work, kind: str, secret: str) -> Member | None:
    column = Member.pin_hash if kind == "pin" else Member.badge_hash
    wanted = work.house.secret_hash(work.id, kind, secret.strip())
    return work.session.exec(select(Member).where(Member.meeting == work.id, col(column) == wanted)).first()


def _wrong(work: Work, lock: Lock) -> WrongSecret:
    """Count a wrong try. From the fifth on, the device waits: the first lock, then twice as long each time."""
    settings = work.house.settings
    lock.failures += 1
    over = lock.failures - settings.pin_tries
    if over >= 0:
        wait_s = min(settings.first_lock_s * 2 ** min(over, 20), settings.longest_lock_s)
        lock.until = work.now + timedelta(seconds=wait_s)
    work.session.add(lock)
    work.session.flush()
    if over >= 0:
        return WrongSecret(Code.LOCKED, retry_after_s=wait_s)
    return WrongSecret(Code.WRONG_PIN, left=-over)


def _seat(work: Work, member: Member) -> Seat:
    seat = work.session.get(Seat, (work.id, member.seat)) if member.seat else None
    if seat is None:
        raise Refusal(Code.NO_SEAT, name=member.name)
    return seat


def _bind(work: Work, member: Member, held: Held, by: str) -> bool:
    """Bind the key; False when it is bound like this already."""
    known = work.session.get(Key, (work.id, held.kid))
    if known is not None and (known.member != member.id or known.device != held.device):
        raise Refusal(Code.KEY_TAKEN)
    if known is not None and known.ended_at is None:
        known.online = True
        work.session.add(known)
        return False
    other = store.live_key_at(work.session, work.id, device=held.device)
    if other is not None and other.member != member.id and store.open_stay(work.session, work.id, other.member):
        raise Refusal(Code.TABLET_IN_USE, seat=other.seat, name=store.member(work.session, work.id, other.member).name)
    before = store.live_key_of(work.session, work.id, member_id=member.id)
    for ended in {one.kid: one for one in (other, before) if one is not None}.values():
        end_key(work, ended, "replaced")
    row = known or Key(
        meeting=work.id,
        kid=held.kid,
        member=member.id,
        seat=str(member.seat),
        device=held.device,
        jwk=canonical(dict(held.jwk)).decode(),
        bound_at=work.now,
    )
    row.seat, row.bound_at, row.ended_at, row.online = str(member.seat), work.now, None, True
    row.door = work.house.doors(held.device)
    work.session.add(row)
    bound = entries.Bound(member.id, str(member.seat), held.device, held.kid, held.jwk, by, held.proof)
    work.log("key_bound", entries.key_bound(bound))
    return True


def _who(work: Work, member: Member, seat: Seat) -> Body:
    return {"member": member.id, "seat": seat.id, "label": seat.label, "name": member.name, "receipts": _receipts(work, member)}


def _receipts(work: Work, member: Member) -> list[Body]:
    """His receipts, oldest first; the newest of them when all are too many for one message."""
    found: list[str] = []
    room = MOST_RECEIPT_BYTES
    for one in reversed(store.ballots_of(work.session, work.id, member.id)):
        room -= len(one.receipt.encode())
        if room < 0:
            break
        found.append(one.receipt)
    return [json.loads(one) for one in reversed(found)]


def bound_here(work: Work, device: str) -> Key:
    """The key of the member who uses this tablet now and is present; else a refusal."""
    key = store.live_key_at(work.session, work.id, device=device)
    if key is None or store.open_stay(work.session, work.id, key.member) is None:
        raise Refusal(Code.NOT_CHECKED_IN)
    return key


__all__ = ["WrongSecret", "bound_here", "check_in", "resume"]
