"""A case, as pure values."""

from datetime import UTC, datetime, timedelta

import pytest

from cameras.domain.cases import OPEN, Case, Judgement, Person, Reason, State, Verdict, closed, judge, opened, reported, undo, undo_until
from cameras.domain.errors import Code, Refusal

NOW = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
WINDOW = timedelta(seconds=120)
AN, BINH = Person("a", "An"), Person("b", "Bình")


def said(verdict: Verdict, by: Person = AN, *, at: datetime = NOW, reason: Reason | None = None) -> Judgement:
    return Judgement(verdict, by, at, State.FLAGGED, reason=reason)


def confirmed() -> Case:
    return judge(opened(score=0.9, threshold=0.6), said(Verdict.CONFIRMED), seen=0)


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> Code:
    return refused.value.code


@pytest.mark.parametrize(("score", "state"), [(0.61, State.FLAGGED), (0.6, State.FLAGGED), (0.59, State.SUSPECTED)])
def test_a_score_at_the_threshold_is_flagged_and_below_it_suspected(score: float, state: State) -> None:
    assert opened(score=score, threshold=0.6).state is state


@pytest.mark.parametrize(("verdict", "reason"), [(Verdict.CONFIRMED, None), (Verdict.REJECTED, Reason.OWN_BIN), (Verdict.UNSURE, None)])
def test_a_verdict_is_kept_with_who_gave_it_and_raises_the_revision(verdict: Verdict, reason: Reason | None) -> None:
    case = judge(Case(State.FLAGGED, 4), said(verdict, reason=reason), seen=4)
    assert (case.state.value, case.revision) == (verdict.value, 5)
    assert case.judgement is not None
    assert case.judgement.by == AN


def test_the_second_of_two_officers_is_refused_and_told_who_was_first() -> None:
    with pytest.raises(Refusal) as refused:
        judge(confirmed(), said(Verdict.REJECTED, BINH, reason=Reason.ANIMAL), seen=0)
    assert code_of(refused) is Code.ALREADY_JUDGED
    assert refused.value.facts["by"] == "An"


@pytest.mark.parametrize("seen", [None, 0])
def test_what_another_left_as_unsure_can_only_be_judged_by_who_saw_that(seen: int | None) -> None:
    unsure = judge(Case(State.FLAGGED), said(Verdict.UNSURE), seen=0)
    with pytest.raises(Refusal) as refused:
        judge(unsure, said(Verdict.CONFIRMED, BINH), seen=seen)
    assert code_of(refused) is Code.CHANGED_MEANWHILE
    assert judge(unsure, said(Verdict.CONFIRMED, BINH), seen=1).state is State.CONFIRMED


def test_a_rejection_needs_a_reason_and_a_confirmation_has_none() -> None:
    with pytest.raises(Refusal) as refused:
        judge(Case(State.FLAGGED), said(Verdict.REJECTED), seen=0)
    assert code_of(refused) is Code.REASON_NEEDED
    with pytest.raises(Refusal) as refused:
        judge(Case(State.FLAGGED), said(Verdict.CONFIRMED, reason=Reason.LIGHT), seen=0)
    assert code_of(refused) is Code.REASON_UNWANTED


def test_taking_back_returns_to_the_state_before_and_never_to_an_old_revision() -> None:
    suspected = judge(Case(State.SUSPECTED), said(Verdict.CONFIRMED), seen=0)
    back = undo(suspected, AN, now=NOW + timedelta(seconds=119), window=WINDOW)
    assert (back.state, back.revision, back.judgement) == (State.SUSPECTED, 2, None)


@pytest.mark.parametrize(
    ("by", "after_s", "code"),
    [(AN, 120, Code.TOO_LATE), (BINH, 1, Code.NOT_YOURS)],
)
def test_taking_back_is_refused_when_late_or_by_another(by: Person, after_s: int, code: Code) -> None:
    with pytest.raises(Refusal) as refused:
        undo(confirmed(), by, now=NOW + timedelta(seconds=after_s), window=WINDOW)
    assert code_of(refused) is code


def test_what_was_never_judged_or_was_told_outside_cannot_be_taken_back() -> None:
    with pytest.raises(Refusal) as refused:
        undo(Case(State.FLAGGED), AN, now=NOW, window=WINDOW)
    assert code_of(refused) is Code.NOTHING_TO_UNDO
    with pytest.raises(Refusal) as refused:
        undo(reported(confirmed()), AN, now=NOW, window=WINDOW)
    assert code_of(refused) is Code.TOO_LATE
    assert undo_until(reported(confirmed()), WINDOW) is None
    assert undo_until(confirmed(), WINDOW) == NOW + WINDOW


def test_only_a_confirmed_case_becomes_reported_and_only_a_reported_one_is_closed() -> None:
    done = closed(reported(confirmed()))
    assert done.state is State.CLOSED
    assert reported(done) == done
    for state in OPEN:
        assert reported(Case(state)) == Case(state)
        with pytest.raises(Refusal) as refused:
            closed(Case(state))
        assert code_of(refused) is Code.NOT_REPORTED
