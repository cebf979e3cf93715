"""`dinh evidence`: whether a clip is still what its watcher signed."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge.cli.terminal import HomeOption, settings_of, terminal

if TYPE_CHECKING:
    from cameras.desk.signatures import SigningKey


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    evidence = typer.Typer(no_args_is_help=True, help="help.evidence", add_completion=False)
    evidence.command("verify", help="help.evidence_verify")(verify)
    evidence.command("keys", help="help.evidence_keys")(keys)
    app.add_typer(evidence, name="evidence", help="help.evidence", rich_help_panel="panel.cameras")


def verify(
    context: typer.Context,
    place: Annotated[Path, typer.Argument(help="help.evidence_place", show_default=False)],
    known: Annotated[Path | None, typer.Option("--keys", help="help.evidence_known", metavar="FILE", show_default=False)] = None,
    home: HomeOption = None,
) -> None:
    from cameras.desk.signatures import findings

    say = terminal(context)
    folder = place if place.is_dir() else place.parent
    trusted = _known(json.loads(known.read_bytes())) if known is not None else _own(home)
    found = findings(folder, trusted.get)
    for code, facts in found:
        say.error(code.value, facts)
    if found:
        raise typer.Exit(1)
    say.good("evidence.whole", folder=str(folder))


def keys(context: typer.Context, home: HomeOption = None) -> None:  # noqa: ARG001 - every command has it
    rows = [
        {"kid": kid, "watcher": one.watcher, "jwk": dict(one.jwk), "since": one.since.isoformat(), "until": _iso(one.until)}
        for kid, one in _own(home).items()
    ]
    sys.stdout.write(json.dumps({"keys": rows}, ensure_ascii=False, indent=1) + "\n")


def _own(home: Path | None) -> "dict[str, SigningKey]":
    """The keys that this node knows."""
    from edge.devices.keys import keys_of, signing_key
    from edge.offices import open_offices

    with open_offices(settings_of(home)) as offices:
        reader = offices.means.reader
        with reader() as session:
            kids = [row.kid for row in keys_of(session)]
        return {kid: found for kid in kids if (found := signing_key(reader, kid)) is not None}


def _known(said: dict[str, list[dict[str, object]]]) -> "dict[str, SigningKey]":
    """The keys of a file that `dinh evidence keys` wrote on the node."""
    from cameras.desk.signatures import SigningKey

    return {
        str(one["kid"]): SigningKey(
            str(one["watcher"]),
            {str(name): str(value) for name, value in dict(one["jwk"]).items()},  # type: ignore[call-overload]
            datetime.fromisoformat(str(one["since"])),
            datetime.fromisoformat(str(one["until"])) if one["until"] else None,
        )
        for one in said["keys"]
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
