"""`python -m broker.schemas [--check]`: write what is generated, or say what is not fresh and end with 1."""

import json
import sys
from pathlib import Path

from broker.schemas import reference, typescript
from broker.schemas.words import EXTRA, definitions, standalone
from broker.topics import TOPICS

ROOT = Path(__file__).resolve().parents[2]
TYPESCRIPT = "edge/web/src/ground/wire.gen.ts"
REFERENCE = "docs/reference"


def render() -> dict[str, str]:
    """Path inside the checkout -> text, for every generated file."""
    everything = definitions()
    files = {TYPESCRIPT: typescript.render(everything), f"{REFERENCE}/topics.md": reference.render(everything)}
    named = {row.name: row.payload for row in TOPICS} | {model.__name__.lower(): model for model in EXTRA}
    for name, model in named.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **standalone(model.__name__, everything)}
        files[f"{REFERENCE}/schemas/{name}.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return files


def stale(root: Path) -> list[str]:
    """Generated files that are missing, old, or have no reason to be there any more."""
    files = render()
    old = [name for name, text in files.items() if not (root / name).is_file() or (root / name).read_text("utf-8") != text]
    left = [f"{REFERENCE}/schemas/{path.name}" for path in (root / REFERENCE / "schemas").glob("*.json")]
    return old + [name for name in left if name not in files]


def main() -> int:
    if "--check" in sys.argv[1:]:
        for name in (found := stale(ROOT)):
            sys.stderr.write(f"{name} is not fresh: run python -m broker.schemas\n")
        return 1 if found else 0
    for name in stale(ROOT):
        (ROOT / name).unlink(missing_ok=True)
    for name, text in render().items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
