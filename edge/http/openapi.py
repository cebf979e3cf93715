"""`python -m edge.http.openapi FILE` writes the OpenAPI document of the composed app: the truth for the TypeScript types."""

import json
import sys
import tempfile
from pathlib import Path

from edge.compose import build
from edge.http.app import schema
from edge.settings import read_settings


def document() -> str:
    """The document as JSON. The house is built in an empty home that is thrown away; nothing of it runs."""
    with tempfile.TemporaryDirectory(prefix="dinh-openapi-") as home:
        desk = build(read_settings(Path(home), {}))
        desk.rooms.offices.store.close()
        return json.dumps(schema(desk.app), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write to the named file, or to standard output."""
    text = document()
    if arguments:
        Path(arguments[0]).write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
