"""What every engine lets a role do: the table of broker/access, tried with real clients."""

from collections.abc import Callable

import pytest

from broker.access import may_publish, may_subscribe
from broker.identity import Role
from broker.topics import TOPICS, Topic
from tests.broker.conftest import Office, password
from tests.broker.raw import Hello, Will, connect_packet

Topics = Callable[[str], str]
OTHERS = [role for role in Role if role is not Role.NODE]


def _example(row: Topic, device: str) -> str:
    """A topic of this row that no other test uses."""
    return row.of(
        **{
            key: device if key == "device" else f"x{device}"
            for key in ("device", "kind", "meeting", "camera")
            if f"{{{key}}}" in row.pattern
        }
    )


@pytest.mark.parametrize("role", OTHERS)
def test_a_device_publishes_what_the_table_says_and_nothing_else(office: Office, role: Role) -> None:
    user, other = office.user(role), office.user(role)
    wanted = [(row, _example(row, who)) for row in TOPICS for who in (user, other)]
    with office.fresh(Role.NODE) as node, office.client(user) as device:
        node.subscribe("dinh/1/#")
        node.settle()
        for _, topic in wanted:
            device.publish(topic, b"said by a device")
        allowed = {topic for _, topic in wanted if may_publish(role, user, topic)}
        assert {seen.topic for seen in node.settle() if seen.payload == b"said by a device"} == allowed


@pytest.mark.parametrize("role", OTHERS)
def test_a_device_hears_what_the_table_says_and_nothing_else(office: Office, role: Role) -> None:
    """A broker may answer a forbidden subscription as if it were granted, but it delivers nothing."""
    user, other = office.user(role), office.user(role)
    wanted = [_example(row, who) for row in TOPICS for who in (user, other)]
    with office.fresh(Role.NODE) as node, office.client(user) as device:
        device.subscribe(*wanted, "#", "dinh/#", "dinh/1/devices/+/desired", "+/+/+/+/+")
        sent = [topic for topic in wanted if may_publish(Role.NODE, "node", topic)]
        for topic in sent:
            node.publish(topic, b"said by the node")
        allowed = {topic for topic in sent if may_subscribe(role, user, topic)}
        assert {seen.topic for seen in device.settle() if seen.payload == b"said by the node"} == allowed


def test_retained_state_of_others_is_not_handed_out(office: Office) -> None:
    user, other = office.user(Role.TABLET), office.user(Role.TABLET)
    with office.fresh(Role.NODE) as node, office.client(user) as device:
        for who in (user, other):
            node.publish(f"dinh/1/devices/{who}/desired", who.encode(), retain=True)
        device.subscribe("#", "dinh/1/devices/+/desired", f"dinh/1/devices/{other}/desired", f"dinh/1/devices/{user}/desired")
        heard = {seen.payload for seen in device.settle()}
        assert user.encode() in heard
        assert other.encode() not in heard


def test_a_forbidden_message_is_not_retained_either(office: Office, meeting: Topics) -> None:
    with office.fresh(Role.TABLET) as device, office.fresh(Role.TABLET) as reader:
        device.publish(meeting("notice"), b"forged by a tablet", retain=True)
        reader.subscribe(meeting("notice"))
        assert reader.settle() == []


def test_a_forbidden_will_is_never_published(office: Office, meeting: Topics) -> None:
    user = office.user(Role.TABLET)
    with office.fresh(Role.TABLET) as reader:
        reader.subscribe(meeting("notice"))
        with office.raw() as device:
            device.send(connect_packet(user, user, password(user), Hello(will=Will(meeting("notice"), b"forged"))))
            device.connack()
        assert reader.settle() == []


def test_system_topics_are_closed(office: Office) -> None:
    with office.fresh(Role.NODE) as node, office.fresh(Role.TABLET) as device:
        node.subscribe("#")
        node.settle()
        device.subscribe("$SYS/#", "$share/group/dinh/1/node/birth")
        device.publish("$SYS/x", b"x")
        assert node.settle() == []
        assert device.settle() == []
