"""The table, the rights and everything generated say the same."""

import re
from pathlib import Path

import jsonschema
import pytest

from broker import access, topics
from broker.identity import Role
from broker.messages.base import Message
from broker.messages.devices import Status
from broker.schemas.__main__ import ROOT, TYPESCRIPT, render, stale
from broker.schemas.words import definitions
from broker.topics import TOPICS, Topic

IDS = {"device": "d-1", "meeting": "m-1", "camera": "c-1", "kind": "button"}


def example(row: Topic, **ids: str) -> str:
    known = {**IDS, **ids}
    return row.of(**{key: known[key] for key in re.findall(r"\{(\w+)\}", row.pattern)})


def test_generated_files_are_fresh() -> None:
    assert stale(ROOT) == [], "run python -m broker.schemas"


def test_a_changed_or_forgotten_file_is_noticed(tmp_path: Path) -> None:
    for name, text in render().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    assert stale(tmp_path) == []
    (tmp_path / TYPESCRIPT).write_text("changed")
    (tmp_path / "docs/reference/schemas/gone.json").write_text("{}")
    assert stale(tmp_path) == [TYPESCRIPT, "docs/reference/schemas/gone.json"]


@pytest.mark.parametrize("row", TOPICS, ids=lambda row: row.name)
def test_a_row_is_found_by_its_topic_and_by_no_other(row: Topic) -> None:
    topic = example(row)
    assert [other.name for other in TOPICS if other.ids(topic) is not None] == [row.name]
    assert topics.match(topic) == (row, row.ids(topic))
    assert topics.match(topic + "/more") is None


@pytest.mark.parametrize("row", TOPICS, ids=lambda row: row.name)
@pytest.mark.parametrize("role", list(Role))
def test_rights_are_the_table(role: Role, row: Topic) -> None:
    topic = example(row)
    node = role is Role.NODE
    assert access.may_publish(role, "d-1", topic) == (role in row.senders or (node and row.retained))
    assert access.may_publish(role, "d-1", topic, retain=True) == (access.may_publish(role, "d-1", topic) and row.retained)
    assert access.may_subscribe(role, "d-1", topic) == (node or role in row.readers)
    assert access.may_receive(role, "d-1", topic) == access.may_subscribe(role, "d-1", topic)


@pytest.mark.parametrize("row", [row for row in TOPICS if "{device}" in row.pattern], ids=lambda row: row.name)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.NODE])
def test_nobody_speaks_or_listens_for_another_device(role: Role, row: Topic) -> None:
    topic = example(row, device="other")
    assert not access.may_publish(role, "d-1", topic)
    assert not access.may_subscribe(role, "d-1", topic)
    assert not access.may_receive(role, "d-1", topic)


@pytest.mark.parametrize(
    "wanted", ["#", "dinh/#", "dinh/1/#", "dinh/1/node/+", "dinh/1/devices/+/desired", "dinh/1/meetings/+/agenda", "+/1/node/birth"]
)
def test_only_the_node_uses_wildcards(wanted: str) -> None:
    assert not any(access.may_subscribe(role, "d-1", wanted) for role in Role if role is not Role.NODE)
    assert access.may_subscribe(Role.NODE, "node", wanted) == wanted.startswith("dinh/1/")


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "/",
        "dinh/1",
        "dinh/2/node/birth",
        "$SYS/broker",
        "dinh/1/meetings/Họp/agenda",
        "dinh/1/meetings/a.b/agenda",
        "dinh/1/meetings//agenda",
    ],
)
def test_what_is_no_topic_of_ours_is_nobodys(topic: str) -> None:
    assert not any(access.may_publish(role, "d-1", topic) for role in Role)
    assert not any(access.may_subscribe(role, "d-1", topic) for role in Role if role is not Role.NODE)


def test_every_schema_is_valid_and_describes_what_is_sent() -> None:
    for name, schema in definitions().items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema.get("description"), f"{name} has no docstring"


def test_a_message_agrees_with_its_schema() -> None:
    whole = {**definitions()["Status"], "$defs": definitions()}
    jsonschema.validate(Status(state="online", session="s").model_dump(mode="json", exclude_none=True), whole)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"state": "asleep", "session": "s"}, whole)


def test_every_word_of_the_table_has_an_interface_and_a_builder() -> None:
    text = render()[TYPESCRIPT]
    for row in TOPICS:
        assert f"export interface {row.payload.__name__} {{" in text
        assert f"\n  {row.name}: (" in text
        assert issubclass(row.payload, Message)
