"""One file for each way in which a ballot can be wrong (tests/data/ballots): each is refused for that reason and no other."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meeting.domain.ballots import MOST_BYTES, Ballot, Binding, Standing, check_vote, check_voter, read
from meeting.domain.errors import Code, Refusal
from meeting.domain.motions import MotionState
from meeting.domain.tally import Slate
from meeting.service.keys import is_signed, open_signed
from tests.meeting.make_ballots import FOLDER, GOOD, case, written

FILES = sorted(FOLDER.glob("*.json"))


def judge(given_case: dict[str, Any]) -> Ballot:
    """The checks in their order, as the casting path asks them."""
    parts = open_signed(given_case["ballot"], most_bytes=MOST_BYTES, code=Code.BALLOT_BYTES)
    _, ballot = read(parts)
    binding = Binding(**given_case["binding"]) if given_case["binding"] else None
    check_voter(parts, ballot, binding, device=given_case["device"], verify=is_signed)
    known = dict(given_case["standing"])
    state = MotionState(known.pop("state")) if known["state"] else known.pop("state")
    return check_vote(ballot, Standing(state=state, choices=Slate(tuple(known.pop("candidates")), known.pop("seats")), **known))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_ballot_is_judged_as_its_file_says(path: Path) -> None:
    asset = json.loads(path.read_text("utf-8"))
    if asset["refusal"] is None:
        signed = asset["ballot"].split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4)))
        assert judge(asset).choice == said["choice"]
        return
    with pytest.raises(Refusal) as refusal:
        judge(asset)
    assert refusal.value.code.value == asset["refusal"], path.stem


def test_every_check_has_a_file_and_every_file_is_what_the_script_writes() -> None:
    assert {path.name: path.read_text("utf-8") for path in FILES} == written()
    refusals = {json.loads(path.read_text("utf-8"))["refusal"] for path in FILES} - {None}
    assert refusals == {code.value for code in Code if code.name.startswith("BALLOT_")}


@given(st.data())
def test_no_changed_byte_of_a_ballot_is_accepted(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD) - 1))
    letter = data.draw(st.characters(max_codepoint=255).filter(lambda one: one != GOOD[place]))
    with pytest.raises(Refusal):
        judge(case(None, GOOD[:place] + letter + GOOD[place + 1 :]))


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,86}", fullmatch=True))
def test_no_text_makes_the_checks_stumble(text: str) -> None:
    with pytest.raises(Refusal):
        judge(case(None, text))
