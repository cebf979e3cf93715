"""What becomes of a sighting once a person looks at it. Values in, values out.

    suspected, flagged --confirm--> confirmed --told--> reported --close--> closed
                       --reject---> rejected
                       --unsure---> unsure --confirm | reject--> ...

A verdict can be taken back for `window` after it was given, by who gave it, as long as nobody outside was told.
Every step raises `revision` by one; a verdict names the revision that was looked at.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from cameras.domain.errors import Code, Refusal


class State(StrEnum):
    """Where a case stands."""

    SUSPECTED = "suspected"
    """Below the camera's threshold, kept for the officer's list, never pushed."""
    FLAGGED = "flagged"
    UNSURE = "unsure"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    REPORTED = "reported"
    CLOSED = "closed"


class Verdict(StrEnum):
    """What a person says."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNSURE = "unsure"


class Reason(StrEnum):
    """Why a sighting is no dumping."""

    NO_WASTE = "no_waste"
    OWN_BIN = "own_bin"
    SANITATION = "sanitation"
    ATTENDED = "attended"
    ANIMAL = "animal"
    LIGHT = "light"
    OTHER = "other"


OPEN = frozenset({State.SUSPECTED, State.FLAGGED, State.UNSURE})
"""States that wait for a person."""
UNTOUCHED = frozenset({State.SUSPECTED, State.FLAGGED})


@dataclass(frozen=True)
class Person:
    """Who acted."""

    account: str
    name: str


@dataclass(frozen=True)
class Judgement:
    """A verdict as given. `before` is the state to which taking it back returns."""

    verdict: Verdict
    by: Person
    at: datetime
    before: State
    reason: Reason | None = None
    note: str = ""


@dataclass(frozen=True)
class Case:
    """One sighting as a case."""

    state: State
    revision: int = 0
    judgement: Judgement | None = None


def opened(*, score: float, threshold: float) -> Case:
    """A fresh case: flagged at or above the camera's threshold, suspected below it."""
    return Case(State.FLAGGED if score >= threshold else State.SUSPECTED)


def judge(case: Case, given: Judgement, *, seen: int | None) -> Case:
    """The case after a verdict.

    `seen` is the revision the person looked at. Without it only an untouched case can be judged: a case that
    somebody left as unsure has a history that one must have seen. `given.before` is filled here.

    Raises Refusal: ALREADY_JUDGED, CHANGED_MEANWHILE, REASON_NEEDED, REASON_UNWANTED.
    """
    if case.state not in OPEN:
        raise Refusal(Code.ALREADY_JUDGED, _who(case))
    if seen is None and case.state not in UNTOUCHED:
        raise Refusal(Code.CHANGED_MEANWHILE, _who(case))
    if seen is not None and seen != case.revision:
        raise Refusal(Code.CHANGED_MEANWHILE, _who(case))
    _check_reason(given)
    return Case(State(given.verdict.value), case.revision + 1, replace(given, before=case.state))


def undo(case: Case, by: Person, *, now: datetime, window: timedelta) -> Case:
    """The case as it was before its last verdict, with a higher revision.

    Raises Refusal: NOTHING_TO_UNDO, NOT_YOURS, TOO_LATE.
    """
    last = case.judgement
    if last is None or case.state not in {State.CONFIRMED, State.REJECTED, State.UNSURE}:
        raise Refusal(Code.TOO_LATE if last else Code.NOTHING_TO_UNDO, {})
    if last.by.account != by.account:
        raise Refusal(Code.NOT_YOURS, _who(case))
    if now >= last.at + window:
        raise Refusal(Code.TOO_LATE, {"seconds": int(window.total_seconds())})
    return Case(last.before, case.revision + 1, None)


def undo_until(case: Case, window: timedelta) -> datetime | None:
    """Until when the last verdict can be taken back, None when there is nothing to take back."""
    if case.judgement is None or case.state in {State.REPORTED, State.CLOSED}:
        return None
    return case.judgement.at + window


def reported(case: Case) -> Case:
    """The case after the commune's system has it. Telling a second system changes nothing more."""
    if case.state is not State.CONFIRMED:
        return case
    return replace(case, state=State.REPORTED, revision=case.revision + 1)


def closed(case: Case) -> Case:
    """The case after it was dealt with. Raises Refusal NOT_REPORTED for any but a reported one."""
    if case.state is not State.REPORTED:
        raise Refusal(Code.NOT_REPORTED, {"state": case.state.value})
    return replace(case, state=State.CLOSED, revision=case.revision + 1)


def _check_reason(given: Judgement) -> None:
    if given.verdict is Verdict.REJECTED and given.reason is None:
        raise Refusal(Code.REASON_NEEDED, {})
    if given.verdict is not Verdict.REJECTED and given.reason is not None:
        raise Refusal(Code.REASON_UNWANTED, {"verdict": given.verdict.value})


def _who(case: Case) -> dict[str, str | int | float | bool | None]:
    last = case.judgement
    facts: dict[str, str | int | float | bool | None] = {"state": case.state.value, "revision": case.revision}
    if last is not None:
        facts |= {"by": last.by.name, "at": last.at.isoformat()}
    return facts
