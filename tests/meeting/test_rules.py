"""The rules' data: whole, dated, cited, and honest about what nobody has compared with the law."""

from datetime import date
from pathlib import Path

import pytest

from meeting import rules
from meeting.domain.motions import rule_words
from meeting.domain.rules import Base, Share, Tie


def test_every_rule_says_where_it_comes_from_and_that_nobody_has_verified_it() -> None:
    known = rules.load()
    assert {"hdnd-nghi-quyet", "hdnd-bai-nhiem", "ubnd-quyet-dinh"} <= known.keys()
    for rule in known.values():
        assert len(rule.citation) > 20
        assert rule.verified is False
        assert rule.proxy is False


def test_a_council_adopts_with_more_than_half_of_all_and_removes_with_two_thirds() -> None:
    known = rules.load()
    resolution, removal, committee = (known[name] for name in ("hdnd-nghi-quyet", "hdnd-bai-nhiem", "ubnd-quyet-dinh"))
    assert (resolution.base, resolution.needed(30), resolution.quorum_of(30)) == (Base.ALL, 16, 20)
    assert (removal.needed(30), removal.share) == (20, Share(2, 3))
    assert committee.tie is Tie.CHAIR


def test_an_operators_file_corrects_and_adds(tmp_path: Path) -> None:
    own = tmp_path / "rules.toml"
    own.write_text(
        '[[rule]]\nid = "hdnd-nghi-quyet"\ntitle = "a"\ntitle_en = "b"\nbody = "c"\nbase = "all"\nshare = "3/5"\nstrict = false\n'
        'tie = "rejected"\nvalid_from = 2026-01-01\ncitation = "Nghị định thử"\nverified = true\n',
        "utf-8",
    )
    known = rules.load(own)
    assert known["hdnd-nghi-quyet"].needed(30) == 18
    assert known["hdnd-nghi-quyet"].verified
    assert known["hdnd-nghi-quyet"].valid_from == date(2026, 1, 1)
    assert len(known) == len(rules.load())


@pytest.mark.parametrize("wrong", ['share = "2"', 'share = "0/1"', "bass = 1", "valid_from = 2026"])
def test_a_rule_that_cannot_be_read_is_refused(wrong: str) -> None:
    good = {"share": 'share = "1/2"', "valid_from": "valid_from = 2026-01-01"}
    good[wrong.split(" ", maxsplit=1)[0]] = wrong
    text = '[[rule]]\nid = "x"\ntitle = ""\ntitle_en = ""\nbody = ""\nbase = "all"\nstrict = true\ntie = "rejected"\ncitation = ""\n'
    with pytest.raises(ValueError, match="rule"):
        rules.read(text + "\n".join(good.values()))


def test_a_rule_comes_back_from_a_paper_as_it_was() -> None:
    for rule in rules.load().values():
        assert rule_words(rules.from_words(rule_words(rule))) == rule_words(rule)
