"""The codec, the tree of subscriptions and the rights, without a broker."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.engines.embedded.packets import (
    Connect,
    Frames,
    Malformed,
    Oversize,
    Publish,
    Subscribe,
    Unsubscribe,
    Unsupported,
    decode,
    publish,
    valid_filter,
    valid_topic,
)
from broker.engines.embedded.trie import Trie, matches
from broker.rights import USER, Right, Rights, covers
from tests.broker.raw import Hello, Will, connect_packet, packet, publish_packet, text

LEVEL = st.sampled_from(["", "a", "b", "c", "$x"])
TOPIC = st.lists(LEVEL, min_size=1, max_size=4).map("/".join).filter(bool)
FILTER = st.builds(
    lambda levels, rest: "/".join([*levels, *rest]),
    st.lists(st.sampled_from(["", "a", "b", "$x", "+"]), min_size=1, max_size=4),
    st.sampled_from([[], ["#"]]),
).filter(bool) | st.just("#")


def one(data: bytes) -> object:
    frames = Frames(1_000_000)
    frames.feed(data)
    frame = frames.next()
    assert frame is not None
    assert frames.next() is None
    return decode(*frame)


def test_a_connect_is_read_whole() -> None:
    will = Will("w", b"gone", 1, retain=True)
    data = connect_packet("id", "user", "secret", Hello(clean=False, keep_alive=30, will=will))
    assert one(data) == Connect("id", False, 30, "user", b"secret", Publish("w", b"gone", 1, retain=True))


@given(TOPIC, st.binary(max_size=300), st.integers(0, 2), st.booleans(), st.integers(1, 0xFFFF))
def test_what_is_written_is_read_again(topic: str, payload: bytes, qos: int, retain: bool, number: int) -> None:  # noqa: FBT001 - hypothesis
    message = Publish(topic, payload, qos, retain, False, number if qos else 0)
    assert one(publish(message)) == message
    assert publish(message) == publish_packet(topic, payload, qos, number=number, retain=retain)


@given(st.lists(st.tuples(FILTER, st.integers(0, 2)), min_size=1, max_size=5), st.integers(1, 0xFFFF))
def test_subscriptions_are_read_in_order(filters: list[tuple[str, int]], number: int) -> None:
    coded = [text(wanted) + bytes((qos,)) for wanted, qos in filters]
    assert one(packet(0x82, number.to_bytes(2, "big"), *coded)) == Subscribe(number, tuple(filters))
    names = [text(wanted) for wanted, _ in filters]
    assert one(packet(0xA2, number.to_bytes(2, "big"), *names)) == Unsubscribe(number, tuple(wanted for wanted, _ in filters))


@given(st.integers(0, 255), st.binary(max_size=200))
@settings(max_examples=1000, deadline=None)
def test_no_bytes_do_more_than_be_refused(first: int, body: bytes) -> None:
    try:
        found = decode(first, body)
    except (Malformed, Unsupported):
        return
    assert found is not None


@given(st.lists(st.binary(max_size=40), max_size=20))
@settings(max_examples=200, deadline=None)
def test_frames_never_hold_more_than_was_fed(pieces: list[bytes]) -> None:
    frames, out, fed = Frames(64), 0, 0
    for piece in pieces:
        frames.feed(piece)
        fed += len(piece)
        try:
            while (frame := frames.next()) is not None:
                assert len(frame[1]) <= 64
                out += 2 + len(frame[1])
        except Malformed:
            return
    assert out <= fed


@given(st.lists(st.tuples(TOPIC, st.binary(max_size=50)), min_size=1, max_size=10), st.data())
def test_frames_do_not_depend_on_how_bytes_arrive(messages: list[tuple[str, bytes]], data: st.DataObject) -> None:
    stream = b"".join(publish_packet(*message) for message in messages)
    cut = data.draw(st.integers(0, len(stream)))
    frames, found = Frames(1000), []
    for piece in (stream[:cut], stream[cut:]):
        frames.feed(piece)
        while (frame := frames.next()) is not None:
            found.append(decode(*frame))
    assert found == [Publish(*message) for message in messages]


def test_a_packet_that_is_too_large_is_refused_by_its_header() -> None:
    frames = Frames(100)
    frames.feed(b"\x30\xff\xff\xff\x7f")
    with pytest.raises(Oversize):
        frames.next()


@pytest.mark.parametrize("wanted", ["", "a#", "#/a", "a/#/b", "+a", "a/b+", "##"])
def test_wildcards_stand_alone(wanted: str) -> None:
    assert not valid_filter(wanted)


@given(FILTER)
def test_filters_are_valid_and_only_plain_ones_are_topics(wanted: str) -> None:
    assert valid_filter(wanted)
    assert valid_topic(wanted) == ("+" not in wanted and "#" not in wanted)


@pytest.mark.parametrize(
    ("wanted", "topic", "fits"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("+", "/a", False),
        ("/+", "/a", True),
        ("+/+", "/a", True),
        ("#", "$SYS/x", False),
        ("+/x", "$SYS/x", False),
        ("$SYS/#", "$SYS/x", True),
    ],
)
def test_matching_is_as_the_specification_says(wanted: str, topic: str, fits: bool) -> None:  # noqa: FBT001 - a table
    assert matches(wanted, topic) is fits


@given(st.lists(st.tuples(FILTER, st.sampled_from("xyz"), st.integers(0, 1)), max_size=12), TOPIC, st.data())
def test_the_tree_agrees_with_matching_each_filter(subscriptions: list[tuple[str, str, int]], topic: str, data: st.DataObject) -> None:
    trie, plain = Trie(), {(wanted, client): qos for wanted, client, qos in subscriptions}
    for wanted, client, qos in subscriptions:
        trie.add(wanted, client, qos)
    gone = data.draw(st.sets(st.sampled_from(sorted(plain)))) if plain else set()
    for wanted, client in gone:
        trie.remove(wanted, client)
        del plain[wanted, client]
    expected: dict[str, int] = {}
    for (wanted, client), qos in plain.items():
        if matches(wanted, topic):
            expected[client] = max(qos, expected.get(client, 0))
    assert trie.match(topic) == expected
    for wanted, client in plain:
        trie.remove(wanted, client)
    assert trie._root.below == {}, "forgotten branches cost memory"


@pytest.mark.parametrize(
    ("pattern", "wanted", "covered"),
    [
        ("x/%u/y", "x/me/y", True),
        ("x/%u/y", "x/you/y", False),
        ("x/+/y", "x/me/y", True),
        ("x/+/y", "x/+/y", True),
        ("x/+/y", "x/#", False),
        ("x/#", "x/+/#", True),
        ("x/#", "#", False),
        ("x/y", "x/+", False),
        ("x/+", "x/Họp", False),
        ("x/+", "x/", False),
    ],
)
def test_a_pattern_covers_a_filter_only_when_it_covers_all_of_it(pattern: str, wanted: str, covered: bool) -> None:  # noqa: FBT001 - a table
    assert covers(pattern, "me", wanted) is covered


def test_rights_survive_being_written() -> None:
    rights = Rights((Right(f"a/{USER}", publish=True, retain=True), Right("b", receive=True)), wildcards=True)
    assert Rights.from_json(rights.to_json()) == rights
