"""What every engine does with messages: routing, retained state, queues, repetition. Each behaviour of the Paho suite is here."""

from collections.abc import Callable

import pytest

from broker.identity import Role
from tests.broker.conftest import Office, password
from tests.broker.raw import PUBACK, Hello, packet, publish_packet, repeated, text

Topics = Callable[[str], str]


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_a_message_of_any_qos_arrives_once(office: Office, meeting: Topics, qos: int) -> None:
    with office.fresh(Role.TABLET) as reader, office.fresh(Role.NODE) as writer:
        reader.subscribe(meeting("agenda"))
        writer.publish(meeting("agenda"), "Khai mạc".encode(), qos)
        assert reader.message().payload.decode() == "Khai mạc"
        assert reader.settle() == []


def test_the_lower_of_two_qos_counts(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.TABLET) as careful, office.fresh(Role.TABLET) as careless, office.fresh(Role.NODE) as writer:
        careful.subscribe(meeting("agenda"), qos=1)
        careless.subscribe(meeting("agenda"), qos=0)
        writer.publish(meeting("agenda"), b"one", 1)
        assert (careful.message().qos, careless.message().qos) == (1, 0)
        writer.publish(meeting("agenda"), b"none", 0)
        assert (careful.message().qos, careless.message().qos) == (0, 0)


def test_a_repeated_qos_2_message_is_delivered_once(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.TABLET) as reader, office.fresh(Role.NODE) as writer:
        reader.subscribe(meeting("agenda"))
        once = publish_packet(meeting("agenda"), b"once", 2, number=7)
        for data in (once, repeated(once)):
            writer.send(data)
            assert writer.await_kind(5) == b"\0\7"
        writer.send(packet(0x62, b"\0\7"))
        assert writer.await_kind(7) == b"\0\7"
        assert reader.message().payload == b"once"
        assert reader.settle() == []


def test_nothing_comes_after_unsubscribe(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.TABLET) as reader, office.fresh(Role.NODE) as writer:
        reader.subscribe(meeting("agenda"), meeting("roll"), meeting("floor"))
        reader.unsubscribe(meeting("agenda"))
        reader.unsubscribe(meeting("page"))
        for name in ("agenda", "roll", "floor"):
            writer.publish(meeting(name), b"")
        assert [seen.topic for seen in reader.settle()] == [meeting("roll"), meeting("floor")]


def test_overlapping_subscriptions_give_one_message(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.NODE) as reader, office.fresh(Role.NODE) as writer:
        reader.subscribe(meeting("#"), qos=0)
        reader.subscribe(meeting("+"), meeting("agenda"), qos=1)
        writer.publish(meeting("agenda"), b"one")
        assert reader.message().qos == 1
        assert reader.settle() == []


def test_wildcards_match_whole_levels(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.NODE) as reader, office.fresh(Role.NODE) as writer:
        reader.subscribe(meeting("ask/+"), meeting("answer/#"))
        writer.publish(meeting("agenda"), b"neither")
        writer.publish(meeting("answer/tablet-1"), b"below")
        assert [seen.topic for seen in reader.settle()] == [meeting("answer/tablet-1")]


def test_retained_state_greets_who_comes_later_and_is_marked(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.TABLET) as early, office.fresh(Role.TABLET) as late, office.fresh(Role.NODE) as writer:
        early.subscribe(meeting("roll"))
        for qos, name in enumerate(("agenda", "roll", "floor")):
            writer.publish(meeting(name), name.encode(), qos, retain=True)
        writer.publish(meeting("roll"), b"newer", 1, retain=True)
        late.subscribe(meeting("agenda"), meeting("roll"), meeting("floor"))
        greeted = late.settle()
        assert {seen.topic: seen.payload for seen in greeted} == {
            meeting("agenda"): b"agenda",
            meeting("roll"): b"newer",
            meeting("floor"): b"floor",
        }
        assert all(seen.retain for seen in greeted)
        assert [(seen.payload, seen.retain) for seen in early.settle()] == [(b"roll", False), (b"newer", False)]


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_an_empty_payload_clears_retained_state(office: Office, meeting: Topics, qos: int) -> None:
    with office.fresh(Role.TABLET) as reader, office.fresh(Role.NODE) as writer:
        writer.publish(meeting("agenda"), b"old", retain=True)
        writer.publish(meeting("agenda"), b"", qos, retain=True)
        reader.subscribe(meeting("agenda"))
        assert reader.settle() == []


def test_an_ordinary_message_leaves_retained_state_alone(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.TABLET) as reader, office.fresh(Role.NODE) as writer:
        writer.publish(meeting("agenda"), b"kept", retain=True)
        writer.publish(meeting("agenda"), b"passing")
        writer.publish(meeting("agenda"), b"")
        reader.subscribe(meeting("agenda"))
        assert reader.message().payload == b"kept"


def test_subscribing_again_brings_retained_state_again(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.TABLET) as reader, office.fresh(Role.NODE) as writer:
        writer.publish(meeting("agenda"), b"kept", retain=True)
        for _ in range(2):
            reader.subscribe(meeting("agenda"))
            assert reader.message().payload == b"kept"


def test_a_kept_session_gets_what_came_while_it_was_away(office: Office, meeting: Topics) -> None:
    user = office.user(Role.NODE)
    with office.client(user, clean=False) as reader:
        reader.subscribe(meeting("#"))
        reader.leave()
    with office.fresh(Role.NODE) as writer:
        for count in range(5):
            writer.publish(meeting("agenda"), b"%d" % count)
    with office.raw() as reader:
        present, code = reader.connect(user, password(user), hello=Hello(clean=False))
        assert (present, code) == (True, 0)
        assert [reader.message().payload for _ in range(5)] == [b"0", b"1", b"2", b"3", b"4"]
        assert reader.settle() == []


def test_a_clean_session_forgets(office: Office, meeting: Topics) -> None:
    user = office.user(Role.NODE)
    with office.client(user, clean=False) as reader:
        reader.subscribe(meeting("#"))
        reader.leave()
    office.client(user, clean=True).leave()
    with office.fresh(Role.NODE) as writer:
        writer.publish(meeting("agenda"), b"lost on purpose")
    with office.raw() as reader:
        assert reader.connect(user, password(user), hello=Hello(clean=False)) == (False, 0)
        assert reader.settle() == []


def test_what_was_not_acknowledged_comes_again_marked_with_its_old_number(office: Office, meeting: Topics) -> None:
    user = office.user(Role.NODE)
    with office.client(user, clean=False) as reader, office.fresh(Role.NODE) as writer:
        reader.acks = False
        reader.subscribe(meeting("#"))
        for count in range(3):
            writer.publish(meeting("agenda"), b"%d" % count)
        first = [reader.message() for _ in range(3)]
        assert not any(seen.dup for seen in first)
        reader.ack(first[1].number)
        reader.settle()
    with office.client(user, clean=False) as reader:
        again = [reader.message() for _ in range(2)]
        assert [(seen.payload, seen.number) for seen in again] == [(b"0", first[0].number), (b"2", first[2].number)]
        assert all(seen.dup for seen in again)
        assert reader.settle() == []
        reader.leave()
    with office.client(user, clean=False) as reader:
        assert reader.settle() == []


def test_a_window_of_messages_waits_for_acknowledgements(office: Office, meeting: Topics) -> None:
    """Nobody is sent more than 512 messages that it has not acknowledged; the rest follows in order."""
    with office.fresh(Role.NODE) as reader, office.fresh(Role.NODE) as writer:
        reader.acks = False
        reader.subscribe(meeting("#"))
        for count in range(550):
            writer.publish(meeting("agenda"), b"%d" % count)
        first = [reader.message() for _ in range(512)]
        assert reader.settle() == []
        reader.acks = True
        for seen in first:
            reader.ack(seen.number)
        rest = [reader.message() for _ in range(38)]
        assert [seen.payload for seen in first + rest] == [b"%d" % count for count in range(550)]


def test_acknowledgements_come_in_order(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.NODE) as writer, office.client(office.user(Role.NODE), clean=False) as reader:
        reader.subscribe(meeting("#"))
        kept = [publish_packet(meeting("agenda"), b"kept", 1, number=count, retain=count % 3 == 0) for count in range(1, 60)]
        writer.send(b"".join(kept))
        assert [writer.await_kind(4) for _ in kept] == [count.to_bytes(2, "big") for count in range(1, 60)]


def test_packets_may_come_in_any_pieces(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.NODE) as reader, office.fresh(Role.NODE) as writer:
        reader.subscribe(meeting("#"))
        for byte in publish_packet(meeting("agenda"), b"slowly", 1, number=1):
            writer.send(bytes((byte,)))
        writer.await_kind(PUBACK)
        assert reader.message().payload == b"slowly"


@pytest.mark.parametrize("size", [0, 1, 127, 128, 16_383, 16_384, 131_072])
def test_payloads_of_every_length_arrive_whole(office: Office, meeting: Topics, size: int) -> None:
    with office.fresh(Role.TABLET) as reader, office.fresh(Role.NODE) as writer:
        reader.subscribe(meeting("agenda"))
        body = bytes(count % 251 for count in range(size))
        writer.publish(meeting("agenda"), body)
        assert reader.message().payload == body


def test_many_subscriptions_in_one_packet_are_answered_in_order(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.TABLET) as reader:
        assert reader.subscribe(*(meeting(name) for name in ("agenda", "roll", "floor", "motion", "page"))) == [1] * 5


def test_a_long_queue_of_small_messages_survives_a_slow_reader(office: Office, meeting: Topics) -> None:
    """For somebody who is away: nothing is lost, nothing is repeated."""
    user = office.user(Role.NODE)
    with office.client(user, clean=False) as reader:
        reader.subscribe(meeting("#"))
        reader.leave()
    with office.fresh(Role.NODE) as writer:
        body = bytes(4096)
        for count in range(100):
            writer.send(publish_packet(meeting("agenda"), count.to_bytes(4, "big") + body, 1, number=count + 1))
        for _ in range(100):
            writer.await_kind(4)
    with office.client(user, clean=False) as reader:
        assert [int.from_bytes(reader.message().payload[:4], "big") for _ in range(100)] == list(range(100))
        assert reader.settle() == []


def test_a_subscription_may_name_a_level_that_is_empty(office: Office) -> None:
    with office.fresh(Role.NODE) as reader:
        reader.send(packet(0x82, b"\0\1", text("dinh/1//x"), b"\1"))
        assert len(reader.await_kind(9)) == 3
