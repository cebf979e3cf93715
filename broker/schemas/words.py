"""The wire words as the generators see them: the schema of each, with the field comments from the source."""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from broker import topics
from broker.messages.base import Message
from broker.messages.meetings import Receipt

Schema = dict[str, Any]
EXTRA: tuple[type[Message], ...] = (Receipt,)
"""Words that travel inside an open `body`, so that no row names them."""


def definitions() -> dict[str, Schema]:
    """Name -> JSON Schema of every word and of every word inside it, in order of appearance, references as `#/$defs/Name`."""
    models = list(dict.fromkeys([*(row.payload for row in topics.TOPICS), *EXTRA]))
    _, schema = models_json_schema([(model, "validation") for model in models])
    comments = {name: text for model in models for name, text in field_comments(sys.modules[model.__module__].__name__).items()}
    found: dict[str, Schema] = schema["$defs"]
    for name, definition in found.items():
        for field, inner in definition.get("properties", {}).items():
            inner.pop("title", None)
            if comment := comments.get((name, field)):
                inner["description"] = comment
    return found


def standalone(name: str, everything: dict[str, Schema]) -> Schema:
    """One word's schema with only the definitions that it needs."""
    needed = [name]
    for one in needed:
        needed += [inner for inner in _references(everything[one]) if inner not in needed]
    inside = {one: everything[one] for one in needed[1:]}
    return {**everything[name], **({"$defs": inside} if inside else {})}


@cache
def field_comments(module: str) -> dict[tuple[str, str], str]:
    """(class, field) -> the string under the field, for all classes of a module and of `messages.base`."""
    found: dict[tuple[str, str], str] = {}
    for node in ast.parse(inspect.getsource(sys.modules[module])).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for field, after in zip(node.body, node.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                found[node.name, ast.unparse(field.target)] = inspect.cleandoc(str(after.value.value))
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].rpartition("/")[2]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
