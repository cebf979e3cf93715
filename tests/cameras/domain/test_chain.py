"""The chain over recorded segments: what was changed, taken out or put in is named, with its number."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from cameras.domain.chain import BEGIN, Break, Broken, Hole, Link, Record, breaks, linked

Chain = list[Link | Hole]


def record(number: int) -> Record:
    begin = 1_795_000_000_000_000 + number * 60_000_000
    return Record("cam-1", number, begin, begin + 60_000_000, 1000 + number, 900, f"{number:064x}", recovered=number == 3)


def chain(length: int = 6) -> Chain:
    links: Chain = []
    previous = BEGIN
    for number in range(1, length + 1):
        links.append(Link(record(number), previous, linked(previous, record(number))))
        previous = links[-1].chain
    return links


def link(found: Link | Hole) -> Link:
    assert isinstance(found, Link)
    return found


def hole(links: Chain, first: int, last: int) -> Chain:
    """The chain after segments were let go."""
    return [*links[: first - 1], Hole(first, last, links[first - 1].previous, links[last - 1].chain), *links[last:]]


def test_an_untouched_chain_holds_also_where_segments_were_let_go() -> None:
    assert list(breaks(chain())) == []
    assert list(breaks(hole(chain(), 1, 2))) == []
    assert list(breaks(hole(hole(chain(), 5, 6), 2, 3))) == []
    assert list(breaks([])) == []


@pytest.mark.parametrize(
    "changed",
    [{"start_us": 5}, {"end_us": 5}, {"bytes": 5}, {"packets": 5}, {"sha256": "a" * 64}, {"recovered": True}, {"camera": "cam-2"}],
)
def test_what_is_written_about_a_segment_cannot_be_changed(changed: dict[str, object]) -> None:
    links = chain()
    links[3] = replace(link(links[3]), record=replace(record(4), **changed))  # type: ignore[arg-type]
    assert list(breaks(links)) == [Break(4, Broken.RECORD)]


def forged(links: Chain) -> Chain:
    """Somebody also computes the link of the segment that he changed."""
    wrong = replace(record(4), bytes=1)
    links[3] = Link(wrong, links[3].previous, linked(links[3].previous, wrong))
    return links


def swapped(links: Chain) -> Chain:
    three, four = link(links[2]), link(links[3])
    links[2], links[3] = replace(three, record=replace(four.record, number=3)), replace(four, record=replace(three.record, number=4))
    return links


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        (forged, [Break(5, Broken.ORDER)]),
        (swapped, [Break(3, Broken.RECORD), Break(4, Broken.RECORD)]),
        (lambda links: [*links[:2], *links[3:]], [Break(3, Broken.ABSENT)]),
        (lambda links: links[1:], [Break(1, Broken.ABSENT)]),
        (lambda links: [*links[:3], links[2], *links[3:]], [Break(3, Broken.TWICE)]),
        (lambda links: [replace(links[0], previous="1" * 64), *links[1:]], [Break(1, Broken.ORDER), Break(1, Broken.RECORD)]),
        (lambda links: [*links[:2], Hole(3, 4, links[2].previous, "2" * 64), *links[4:]], [Break(5, Broken.ORDER)]),
    ],
)
def test_tampering_is_named_with_its_number(tampering: Callable[[Chain], Chain], named: list[Break]) -> None:
    assert list(breaks(tampering(chain()))) == named


def test_a_link_depends_on_every_bit_before_it() -> None:
    assert linked(BEGIN, record(1)) != linked("0" * 63 + "1", record(1))
    assert chain()[-1].chain != chain(5)[-1].chain
