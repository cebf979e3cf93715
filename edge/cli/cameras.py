"""`dinh cameras`: what is watched, and what would be flagged in a file."""

import base64
import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge.cli import learning
from edge.cli.evaluate import evaluate
from edge.cli.models import detector_of
from edge.cli.terminal import HomeOption, Terminal, settings_of, terminal

if TYPE_CHECKING:
    from cameras.watch.trial import TrialResult

CameraId = Annotated[str, typer.Argument(help="help.camera", show_default=False)]
Address = Annotated[str, typer.Argument(help="help.camera_url", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    cameras = typer.Typer(no_args_is_help=True, help="help.cameras", add_completion=False)
    cameras.command("list", help="help.cameras_list")(list_cameras)
    cameras.command("add", help="help.cameras_add")(add)
    cameras.command("test", help="help.cameras_test")(test)
    cameras.command("remove", help="help.cameras_remove")(remove)
    cameras.command("try", help="help.cameras_try")(try_file)
    cameras.command("retrain", help="help.cameras_retrain")(learning.retrain)
    cameras.command("shadow", help="help.cameras_shadow")(learning.shadow)
    cameras.command("evaluate", help="help.cameras_evaluate")(evaluate)
    cameras.command("check", help="help.cameras_check")(check)
    app.add_typer(cameras, name="cameras", help="help.cameras", rich_help_panel="panel.cameras")


def list_cameras(context: typer.Context, home: HomeOption = None) -> None:
    from edge.devices.cameras import Cameras
    from edge.offices import open_offices

    say = terminal(context)
    with open_offices(settings_of(home)) as offices:
        found = Cameras(offices.devices).all()
    rows = [(one.id, one.name, one.shown, one.watcher, say.words("states.on" if one.enabled else "states.off")) for one in found]
    say.table("cameras", ("id", "name", "address", "watcher", "state"), rows)


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="help.camera_name", show_default=False)],
    url: Address,
    watcher: Annotated[str | None, typer.Option("--watcher", help="help.camera_watcher")] = None,
    home: HomeOption = None,
) -> None:
    from edge.accounts.service import COMMAND
    from edge.devices.cameras import CameraChanges, Cameras
    from edge.offices import open_offices

    with open_offices(settings_of(home)) as offices:
        row = Cameras(offices.devices).add(name, url, CameraChanges(watcher=watcher), by=COMMAND)
        offices.nudge()
    terminal(context).good("cameras.added", name=row.name, camera=row.id, watcher=row.watcher or "–")


def remove(context: typer.Context, camera: CameraId, home: HomeOption = None) -> None:
    from edge.accounts.service import COMMAND
    from edge.devices.cameras import Cameras
    from edge.offices import open_offices

    with open_offices(settings_of(home)) as offices:
        Cameras(offices.devices).remove(camera, by=COMMAND)
        offices.nudge()
    terminal(context).good("cameras.removed", camera=camera)


def test(
    context: typer.Context,
    url: Address,
    picture: Annotated[Path | None, typer.Option("--picture", help="help.camera_picture", show_default=False)] = None,
    home: HomeOption = None,
) -> None:
    from edge.devices.cameras import Cameras
    from edge.offices import open_offices

    say = terminal(context)
    with open_offices(settings_of(home)) as offices:
        answer = Cameras(offices.devices).test(url)
    if not answer.get("ok"):
        say.error(str(answer.get("code")), answer.get("facts") or {})
        raise typer.Exit(1)
    say.good("cameras.seen", **{name: answer.get(name) for name in ("width", "height", "fps", "codec")})
    if picture is not None:
        picture.write_bytes(base64.b64decode(answer["jpeg_base64"]))
        say.say("cameras.picture", file=str(picture))


def check(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Option("--folder", help="help.check_folder", metavar="DIR", show_default=False)] = None,
    quick: Annotated[bool, typer.Option("--quick", help="help.check_quick")] = False,
    home: HomeOption = None,
) -> None:
    """Every watcher of the node, or the one whose home is `folder`."""
    from cameras.watch.recordings.check import Checked
    from cameras.watch.recordings.check import check as check_recordings

    say, checked, wrong = terminal(context), Checked(), 0
    homes = [folder] if folder is not None else sorted(settings_of(home).home.watcher("any").parent.glob("*"))
    for place in [one / "recordings" for one in homes if (one / "recordings" / "index.db").is_file()]:
        try:
            for finding in check_recordings(place, checked, content=not quick):
                wrong += 1
                at = f"{finding.at.astimezone():%Y-%m-%d %H:%M:%S}" if finding.at is not None else "–"
                say.error(finding.code.value, {"camera": finding.camera, "at": at, **finding.facts})
        except (OSError, sqlite3.Error) as error:
            wrong += 1
            say.error("cameras.recording_failed", {"why": str(error)})
    say.say("cameras.checked", segments=checked.segments, mib=checked.bytes >> 20)
    if wrong:
        raise typer.Exit(1)
    if checked.segments:
        say.good("cameras.checked_good")


def try_file(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="help.try_source", show_default=False)],
    as_json: Annotated[Path | None, typer.Option("--json", help="help.try_json", metavar="FILE", show_default=False)] = None,
    sheet: Annotated[Path | None, typer.Option("--sheet", help="help.try_sheet", metavar="FILE", show_default=False)] = None,
    *,
    seconds: Annotated[float | None, typer.Option("--seconds", help="help.try_seconds", show_default=False)] = None,
    detector: Annotated[str | None, typer.Option("--detector", help="help.try_detector", show_default=False)] = None,
    home: HomeOption = None,
) -> None:
    from functools import partial

    from cameras.watch.analyst import Analyst
    from cameras.watch.trial import Options
    from cameras.watch.trial import try_file as watch_to_the_end

    say, analyst = terminal(context), partial(Analyst, eyes=detector_of(home, detector))
    name = source.rpartition("/")[2] if "://" not in source else say.words("cameras.a_stream")
    with say.progress() as shown:
        task = shown.add_task(say.words("cameras.watching", name=name), total=None)

        def progress(done: float, total: float | None) -> None:
            shown.update(task, completed=done, total=total)

        options = Options(sheet=sheet, duration_s=seconds, progress=progress, analyst=analyst)
        result = watch_to_the_end(source, options)
    if as_json is not None:
        as_json.write_text(json.dumps(result.json(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    show_trial(say, result, sheet)


def show_trial(say: Terminal, result: "TrialResult", sheet: Path | None) -> None:
    """Sightings, findings and how long it took."""
    for code, facts in result.findings:
        say.error(code.value, facts)
    if result.sightings:
        rows = [
            (
                f"{one.put_down_s:.1f}",
                f"{one.at_s:.1f}",
                " ".join(f"{edge:.0f}" for edge in one.box),
                f"{one.score:.2f}",
                say.words(f"reasons.{one.reason}"),
                say.words(f"kinds.{one.agent}") if one.agent else "–",
            )
            for one in result.sightings
        ]
        say.table("sightings", ("put_down", "flagged", "box", "score", "reason", "agent"), rows)
    say.good(
        "cameras.tried", count=len(result.sightings), frames=result.frames, seconds=round(result.seconds, 1), took=round(result.took_s, 1)
    )
    if sheet is not None and sheet.exists():
        say.say("cameras.sheet", file=str(sheet))
