"""docs/reference/topics.md from the same table."""

from collections.abc import Iterator

from broker.access import may_publish, may_subscribe
from broker.identity import Role
from broker.schemas.words import Schema
from broker.topics import ROOT, TOPICS, Topic

_HEAD = """\
# Topics

Generated from `broker/topics.py` by `python -m broker.schemas`. MQTT 3.1.1, JSON in UTF-8, QoS 1 (asks and their answers 0), at most 512 KB for one message.

Ids are `[a-z0-9_-]{1,40}`. `{device}` in a topic that a device may use is always its own id. Devices subscribe to exact topics,
the node may use wildcards. The node may also publish on retained topics of devices, to clear what a retired device left behind.
Fields without a value are left out. Times are RFC 3339, UTC. Every message is safe to repeat.

| topic | carries | published by | read by | retained |
|---|---|---|---|---|
"""


def render(definitions: dict[str, Schema]) -> str:
    """The whole page."""
    return (
        _HEAD
        + "".join(_row(row) for row in TOPICS)
        + "\n# Words\n"
        + "".join(_word(name, definitions[name]) for name in sorted(definitions))
    )


def _row(row: Topic) -> str:
    example = row.of(**{key: "x" for key in ("device", "kind", "meeting", "camera") if f"{{{key}}}" in row.pattern})
    senders = [role.value for role in Role if may_publish(role, "x", example) and (role is not Role.NODE or role in row.senders)]
    readers = [role.value for role in Role if may_subscribe(role, "x", example) and (role is not Role.NODE or role not in row.senders)]
    carries = row.payload.__name__
    cells = (
        f"`{ROOT}/{row.pattern}`",
        f"[{carries}](#{carries.lower()}) ([schema](schemas/{row.name}.json))",
        ", ".join(senders),
        ", ".join(readers),
        "yes" if row.retained else "",
    )
    return "| " + " | ".join(cells) + " |\n"


def _word(name: str, schema: Schema) -> str:
    about = schema.get("description", "")
    rows = "".join(_field(field, inner, schema) for field, inner in schema["properties"].items())
    return f"\n## {name}\n\n{_block(about)}| field | type | must | meaning |\n|---|---|---|---|\n{rows}"


def _block(text: str) -> str:
    """A docstring with a drawn table keeps its lines."""
    first, _, rest = text.partition("\n\n")
    return f"{first}\n\n```\n{rest}\n```\n\n" if rest else f"{first}\n\n" if first else ""


def _field(name: str, schema: Schema, owner: Schema) -> str:
    must = "yes" if name in owner.get("required", ()) else ""
    meaning = schema.get("description", "").replace("\n", " ").replace("|", "\\|")
    return f"| `{name}` | {' or '.join(_types(schema))} | {must} | {meaning} |\n"


def _types(schema: Schema) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield f"[{name}](#{name.lower()})"
    elif "anyOf" in schema:
        for one in schema["anyOf"]:
            if one.get("type") != "null":
                yield from _types(one)
    elif "enum" in schema or "const" in schema:
        yield from (f"`{one}`" for one in schema.get("enum", [schema.get("const")]))
    elif schema.get("type") == "array":
        inner = {"anyOf": schema["prefixItems"]} if "prefixItems" in schema else schema["items"]
        yield "list of " + " or ".join(dict.fromkeys(_types(inner)))
    else:
        yield "time" if schema.get("format") == "date-time" else str(schema.get("type", "anything"))
