"""Counting elections, weights and boxes: what must hold whatever is voted."""

from dataclasses import replace
from datetime import date
from importlib.resources import files
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meeting import rules
from meeting.domain.errors import Code, Refusal
from meeting.domain.motions import check_election, listed
from meeting.domain.rules import Base, Blank, Rule
from meeting.domain.tally import CHOICES, MOST_CANDIDATES, NOBODY, QUESTION, Numbers, Result, Said, Slate, count
from meeting.log.checks.counting import Cast, read_paper
from meeting.log.checks.counting import count as count_again
from tests.meeting.papers import paper_text

KNOWN = rules.load()
ELECTION, WEIGHTED, QUESTIONS = KNOWN["bau-cu-gio-tay"], KNOWN["hoi-nghi-trong-so"], KNOWN["hdnd-nghi-quyet"]


def ids(candidates: int) -> tuple[str, ...]:
    return tuple(f"c{i}" for i in range(1, candidates + 1))


@st.composite
def slates(draw: st.DrawFn) -> Slate:
    candidates = draw(st.integers(1, 6))
    return Slate(ids(candidates), draw(st.integers(1, candidates)))


def choices_of(slate: Slate) -> list[str]:
    """All that a paper lets a ballot say."""
    if not slate.candidates:
        return list(CHOICES)
    some = [",".join(chosen) for size in range(1, slate.seats + 1) for chosen in combinations(slate.candidates, size)]
    return [*some, NOBODY]


@st.composite
def elections(draw: st.DrawFn) -> tuple[Slate, list[Said]]:
    slate = draw(slates())
    said = st.builds(Said, st.sampled_from(choices_of(slate)), st.integers(1, 3))
    return slate, draw(st.lists(said, max_size=14))


def numbers_of(ballots: list[Said]) -> Numbers:
    cast = sum(one.weight for one in ballots)
    return Numbers(eligible=cast + 3, present=cast + 1)


def elect(slate: Slate, *choices: str, rule: Rule = ELECTION) -> Result:
    ballots = [Said(one) for one in choices]
    return count(ballots, rule, Numbers(len(ballots), len(ballots)), slate=slate)


@given(elections(), st.randoms(use_true_random=False))
def test_the_order_of_ballots_changes_nothing(given_election: tuple[Slate, list[Said]], draw: object) -> None:
    slate, ballots = given_election
    turned = list(ballots)
    draw.shuffle(turned)  # type: ignore[attr-defined] # hypothesis hands out a random.Random
    assert count(ballots, ELECTION, numbers_of(ballots), slate=slate) == count(turned, ELECTION, numbers_of(ballots), slate=slate)


@given(elections())
def test_nobody_is_elected_below_the_need_past_the_seats_or_beside_an_equal_who_is_not(given_election: tuple[Slate, list[Said]]) -> None:
    slate, ballots = given_election
    got = count(ballots, ELECTION, numbers_of(ballots), slate=slate)
    assert len(got.elected) <= slate.seats
    assert all(got.votes[one] >= max(got.needed, 1) for one in (*got.elected, *got.tied))
    outside = [one for one in slate.candidates if one not in got.elected]
    assert all(got.votes[inside] > got.votes[other] for inside in got.elected for other in outside)
    assert len({got.votes[one] for one in got.tied}) <= 1
    assert not got.tied or len(got.elected) < slate.seats < len(got.elected) + len(got.tied)
    assert got.adopted is (len(got.elected) == slate.seats)
    order = slate.candidates.index
    assert list(got.elected) == sorted(got.elected, key=order)
    assert list(got.tied) == sorted(got.tied, key=order)


@given(elections(), st.data())
def test_one_more_vote_never_harms_the_candidate_it_is_for(given_election: tuple[Slate, list[Said]], data: st.DataObject) -> None:
    """A voter who had chosen nobody chooses one: whoever was elected by then and is chosen stays elected."""
    slate, ballots = given_election
    blank = Said(NOBODY)
    numbers = numbers_of([*ballots, blank])
    before = count([*ballots, blank], ELECTION, numbers, slate=slate)
    chosen = data.draw(st.sampled_from(slate.candidates))
    after = count([*ballots, Said(chosen)], ELECTION, numbers, slate=slate)
    assert after.votes[chosen] == before.votes[chosen] + 1
    assert chosen not in before.elected or chosen in after.elected
    assert chosen not in before.tied or chosen in after.elected


@given(elections())
def test_the_verifier_counts_the_same_in_its_own_way(given_election: tuple[Slate, list[Said]]) -> None:
    slate, ballots = given_election
    numbers = numbers_of(ballots)
    paper = read_paper(paper_text(ELECTION, slate, weight=numbers.eligible), meeting="m1", motion="x1")
    got = count(ballots, ELECTION, numbers, slate=slate)
    again = count_again(paper, Cast([(one.choice, one.weight) for one in ballots], numbers.present, None))
    assert again == {**vars(got), "elected": list(got.elected), "tied": list(got.tied)}
    for choice in (*choices_of(slate), "", ",", "c1,", "c2,c1", "c1,c1", "none,c1", "c99", "for", *ids(6), ",".join(ids(6))):
        assert (paper.chosen(choice) is not None) is (choice in slate), choice


@given(st.lists(st.sampled_from(CHOICES), max_size=40), st.lists(st.integers(1, 1000), min_size=40, max_size=40), st.sampled_from(Base))
def test_a_voter_with_a_weight_counts_as_so_many_voters(choices: list[str], weights: list[int], base: Base) -> None:
    weighed = [Said(choice, weight) for choice, weight in zip(choices, weights, strict=False)]
    single = [Said(one.choice) for one in weighed for _ in range(one.weight)]
    rule = Rule(**{**vars(WEIGHTED), "base": base})
    assert count(weighed, rule, numbers_of(weighed)) == count(single, rule, numbers_of(single))


@given(st.lists(st.sampled_from(CHOICES) | st.text(max_size=6)))
def test_a_ballot_that_says_what_is_not_on_the_paper_is_invalid_and_counts_for_nothing(choices: list[str]) -> None:
    got = count([Said(one) for one in choices], KNOWN["hoi-nghi-so-phieu"], Numbers(len(choices), len(choices), issued=len(choices)))
    assert (got.cast, got.issued) == (len(choices), len(choices))
    assert got.valid == sum(got.votes.values()) == got.base == sum(one in CHOICES for one in choices)
    assert got.valid + got.invalid == got.cast


@pytest.mark.parametrize(
    ("choices", "elected", "tied"),
    [
        (["c1,c2", "c1,c2", "c1,c3"], ("c1", "c2"), ()),
        (["c1,c2", "c1,c3", "c2,c3"], (), ("c1", "c2", "c3")),
        (["c1,c2", "c1,c3", "c1,c2", "c1,c3", "c2,c3"], ("c1",), ("c2", "c3")),
        (["c1", "none", "c2"], (), ()),
        (["none"], (), ()),
        ([], (), ()),
    ],
)
def test_two_of_three_by_more_than_half_of_those_here(choices: list[str], elected: tuple[str, ...], tied: tuple[str, ...]) -> None:
    got = elect(Slate(ids(3), 2), *choices)
    assert (got.elected, got.tied, got.adopted) == (elected, tied, len(elected) == 2)


def test_an_unknown_candidate_has_no_votes_and_a_question_no_candidates() -> None:
    got = elect(Slate(ids(2), 1), "c1", "c1")
    assert got.votes == {"c1": 2, "c2": 0}
    assert QUESTION.chosen("c1") is None
    assert count([], QUESTIONS, Numbers(3, 3)).votes == {"for": 0, "against": 0, "abstain": 0}


@pytest.mark.parametrize(
    ("rule", "candidates", "seats", "code"),
    [
        (QUESTIONS, ["A"], 0, Code.NO_ELECTION),
        (QUESTIONS, [], 1, Code.NO_ELECTION),
        (ELECTION, [], 0, Code.ELECTION_SEATS),
        (ELECTION, ["A"], 0, Code.ELECTION_SEATS),
        (ELECTION, ["A"], 2, Code.ELECTION_SEATS),
        (ELECTION, ["A", "A"], 1, Code.CANDIDATE_TWICE),
    ],
)
def test_a_motion_that_its_rule_has_no_paper_for_is_refused(rule: Rule, candidates: list[str], seats: int, code: Code) -> None:
    with pytest.raises(Refusal) as refusal:
        check_election(rule, listed((name, "") for name in candidates), seats)
    assert refusal.value.code is code


def test_as_many_candidates_as_may_stand_can_all_be_chosen() -> None:
    everyone = ",".join(one.id for one in listed((f"Người thứ {i}", "") for i in range(MOST_CANDIDATES)))
    assert everyone in Slate(ids(MOST_CANDIDATES), MOST_CANDIDATES)
    assert len(everyone) <= 200


def test_rules_that_nobody_could_count_are_refused() -> None:
    good = {"id": "x", "title": "", "title_en": "", "body": "", "base": "all", "share": "1/2", "strict": True, "tie": "rejected"}
    good |= {"valid_from": date(2026, 1, 1), "citation": "Quy chế"}
    assert rules.RuleData.model_validate(good).rule().weights is False
    secret = {"secrecy": "secret", "may_change": False}
    assert rules.RuleData.model_validate({**good, **secret}).rule().secrecy == "secret"
    for wrong in ({**secret, "weights": True}, {"method": "election", "tie": "chair"}, {"secrecy": "secret"}, {**secret, "tie": "chair"}):
        with pytest.raises(ValueError, match="Value error"):
            rules.RuleData.model_validate({**good, **wrong})


@pytest.mark.parametrize(("blank", "valid", "invalid", "elected"), [(Blank.VALID, 4, 0, ()), (Blank.INVALID, 3, 1, ("c1",))])
def test_the_rule_says_whether_a_ballot_that_elects_nobody_is_valid(
    blank: Blank, valid: int, invalid: int, elected: tuple[str, ...]
) -> None:
    """With base `cast` it can decide: two of four are not more than half, two of three are."""
    rule = replace(ELECTION, base=Base.CAST, blank=blank)
    counted = elect(Slate(ids(2), 1), "c1", "c1", "c2", NOBODY, rule=rule)
    assert (counted.cast, counted.valid, counted.invalid, counted.blank) == (4, valid, invalid, 1)
    assert counted.elected == elected


def test_only_an_election_can_have_blank_ballots() -> None:
    text = files("meeting.rules").joinpath("rules.toml").read_text("utf-8")
    with pytest.raises(ValueError, match="no blank ballot"):
        rules.read(text.replace('base = "all"', 'base = "all"\nblank = "invalid"', 1))
    assert {one.id for one in KNOWN.values() if one.blank is Blank.INVALID} == {"hdnd-bau-cu"}
