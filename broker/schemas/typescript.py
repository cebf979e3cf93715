"""TypeScript from the same table: an interface for every word, the type of each topic's payload, and functions that build topics."""

import json
import re
from collections.abc import Iterator
from typing import Any

from broker.identity import ID_PATTERN
from broker.schemas.words import Schema
from broker.topics import ROOT, TOPICS, Topic

_HEAD = """\
// Generated from broker/topics.py and broker/messages by `python -m broker.schemas`. Do not edit.

/** An instant as RFC 3339 text, UTC. */
export type Instant = string;
"""

_MATCH = """\
const ID = /{pattern}/;

/** The row that a topic belongs to and the ids in it, or null. */
export function matchTopic(topic: string): {{ name: TopicName; ids: Record<string, string> }} | null {{
  const levels = topic.split("/");
  for (const name of Object.keys(topicRows) as TopicName[]) {{
    const wanted = topicRows[name].pattern.split("/");
    const ids: Record<string, string> = {{}};
    const fits = wanted.every((want, at) => {{
      const level = levels[at] ?? "";
      if (!want.startsWith("{{")) return want === level;
      ids[want.slice(1, -1)] = level;
      return ID.test(level);
    }});
    if (fits && wanted.length === levels.length) return {{ name, ids }};
  }}
  return null;
}}
"""


def render(definitions: dict[str, Schema]) -> str:
    """The whole file."""
    words = [_interface(name, schema) for name, schema in sorted(definitions.items())]
    rows = [f"  {row.name}: {{ pattern: {json.dumps(f'{ROOT}/{row.pattern}')}, retained: {_bool(value=row.retained)} }}," for row in TOPICS]
    parts = [
        _HEAD,
        *words,
        _block("export const topicRows = {", rows, "} as const;"),
        "export type TopicName = keyof typeof topicRows;\n",
        _block(
            "/** What each topic carries. */\nexport interface Payloads {",
            [f"  {row.name}: {row.payload.__name__};" for row in TOPICS],
            "}",
        ),
        _block(
            "/** Builds topics. Ids must fit one topic level. */\nexport const topics = {", [_builder(row) for row in TOPICS], "} as const;"
        ),
        _MATCH.format(pattern=ID_PATTERN),
    ]
    return "\n".join(parts)


def _bool(*, value: bool) -> str:
    return "true" if value else "false"


def _block(first: str, inside: list[str], last: str) -> str:
    return "\n".join([first, *inside, last]) + "\n"


def _builder(row: Topic) -> str:
    ids = re.findall(r"\{(\w+)\}", row.pattern)
    parameters = ", ".join(f"{one}: string" for one in ids)
    topic = f"{ROOT}/" + re.sub(r"\{(\w+)\}", r"${\1}", row.pattern)
    quote = "`" if ids else '"'
    return f"  {row.name}: ({parameters}) => {quote}{topic}{quote},"


def _interface(name: str, schema: Schema) -> str:
    required = set(schema.get("required", ()))
    fields = [line for field, inner in schema["properties"].items() for line in _field(field, inner, required=field in required)]
    comment = list(_comment(schema.get("description"), ""))
    return _block("\n".join([*comment, f"export interface {name} {{"]), fields, "}")


def _field(name: str, schema: Schema, *, required: bool) -> Iterator[str]:
    """A field is optional only when it may be null: what has another default is always sent."""
    yield from _comment(schema.get("description"), "  ")
    optional = not required and schema.get("default", ...) is None
    yield f"  {name}{'?' if optional else ''}: {_type(schema)};"


def _comment(text: str | None, indent: str) -> Iterator[str]:
    if not text:
        return
    lines = text.replace("*/", "* /").splitlines()
    if len(lines) == 1:
        yield f"{indent}/** {lines[0]} */"
        return
    yield f"{indent}/**"
    yield from (f"{indent} * {line}".rstrip() for line in lines)
    yield f"{indent} */"


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return " | ".join(json.dumps(one) for one in schema.get("enum", [schema.get("const")]))
    return _plain(schema)


def _plain(schema: Schema) -> str:
    kind = schema.get("type")
    if kind == "string":
        return "Instant" if schema.get("format") == "date-time" else "string"
    if kind == "array":
        return _array(schema)
    if kind == "object":
        inner: Any = schema.get("additionalProperties")
        return f"Record<string, {_type(inner) if isinstance(inner, dict) else 'unknown'}>"
    return {"integer": "number", "number": "number", "boolean": "boolean", "null": "null"}.get(str(kind), "unknown")


def _array(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(one) for one in schema['prefixItems'])}]"
    inner = _type(schema["items"])
    return f"({inner})[]" if "|" in inner else f"{inner}[]"
