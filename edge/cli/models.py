"""`dinh models`: detectors that say who an actor is. They belong to a watcher: the node's own, or the one whose home is `--folder`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge.cli.terminal import HomeOption, Terminal, settings_of, terminal

if TYPE_CHECKING:
    from cameras.watch.detector.detector import Detector
    from cameras.watch.detector.fit import Picture
    from cameras.watch.detector.shelf import Shelf

NONE = "none"
Name = Annotated[str, typer.Argument(help="help.model_name", show_default=False)]
Folder = Annotated[Path | None, typer.Option("--folder", help="help.model_folder", metavar="DIR", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    models = typer.Typer(no_args_is_help=True, help="help.models", add_completion=False)
    models.command("add", help="help.models_add")(add)
    models.command("list", help="help.models_list")(list_models)
    models.command("use", help="help.models_use")(use)
    models.command("remove", help="help.models_remove")(remove)
    models.command("bench", help="help.models_bench")(bench)
    app.add_typer(models, name="models", help="help.models", rich_help_panel="panel.cameras")


def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="help.model_file", show_default=False)],
    *,
    name: Annotated[str, typer.Option("--name", help="help.model_own_name", show_default=False)] = "",
    licence: Annotated[str, typer.Option("--licence", help="help.model_licence", show_default=False)] = "",
    classes: Annotated[str, typer.Option("--classes", help="help.model_classes", show_default=False)] = "",
    picture: Annotated[Path | None, typer.Option("--picture", help="help.model_picture", metavar="FILE", show_default=False)] = None,
    sheet: Annotated[Path | None, typer.Option("--sheet", help="help.model_sheet", metavar="FILE", show_default=False)] = None,
    folder: Folder = None,
    home: HomeOption = None,
) -> None:
    """The picture is read first: what cannot be checked is not installed."""
    from cameras.watch.detector.look import painted, read_picture
    from cameras.watch.detector.shelf import Told

    say, shelf = terminal(context), _shelf(folder, home)
    shown = read_picture(picture) if picture is not None else painted()
    names = tuple(one.strip() for one in classes.split(",") if one.strip())
    card, detector = shelf.add(file, Told(name, licence, names), verify=lambda detector: detector.detect(shown))
    size = f"{card.width}×{card.height}"
    say.good("models.added", name=card.name, layout=card.layout, size=size, classes=len(card.classes), licence=card.licence or "–")
    if not card.licence:
        say.say("models.no_licence")
    _show_look(say, detector, shown=shown, sheet=sheet)
    say.say("models.in_use" if shelf.manifest().in_use == card.name else "models.how_to_use", name=card.name)


def list_models(context: typer.Context, folder: Folder = None, home: HomeOption = None) -> None:
    say, manifest = terminal(context), _shelf(folder, home).manifest()
    rows = [
        (
            card.name,
            say.words("models.since", at=f"{manifest.since.astimezone():%Y-%m-%d %H:%M}", provider=manifest.provider)
            if card.name == manifest.in_use and manifest.since is not None
            else "",
            card.layout,
            f"{card.width}×{card.height}",
            len(card.classes),
            card.licence or "–",
            card.sha256[:12],
        )
        for card in manifest.cards
    ]
    say.table("models", ("name", "in_use", "layout", "size", "classes", "licence", "sha256"), rows)


def use(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="help.model_use", show_default=False)],
    provider: Annotated[str | None, typer.Option("--provider", help="help.model_provider", show_default=False)] = None,
    folder: Folder = None,
    home: HomeOption = None,
) -> None:
    say, shelf = terminal(context), _shelf(folder, home)
    if name == NONE:
        shelf.use(None)
        say.good("models.unused")
        return
    shelf.use(name, provider)
    say.good("models.used", name=name, provider=shelf.manifest().provider)


def remove(context: typer.Context, name: Name, folder: Folder = None, home: HomeOption = None) -> None:
    _shelf(folder, home).remove(name)
    terminal(context).good("models.removed", name=name)


def bench(
    context: typer.Context,
    rounds: Annotated[int, typer.Option("--rounds", help="help.model_rounds", min=3, max=1000)] = 40,
    folder: Folder = None,
    home: HomeOption = None,
) -> None:
    import cv2

    from cameras.watch.detector.bench import bench as measured

    say, shelf = terminal(context), _shelf(folder, home)
    cv2.setNumThreads(1)
    rows = [
        (row.name, row.layout, row.size, *(f"{value:.1f}" for value in (row.least_ms, row.median_ms, row.p95_ms)))
        for row in measured(shelf, rounds)
    ]
    say.table("bench", ("name", "layout", "size", "least_ms", "median_ms", "p95_ms"), rows)


def detector_of(home: Path | None, name: str | None) -> "Detector | None":
    """The detector `name` of the node's own watcher; without a name the one in use; None for `none` or without one. Raises Refusal."""
    shelf = _shelf(None, home)
    chosen = name or shelf.manifest().in_use
    return None if chosen is None or chosen == NONE else shelf.open(chosen)


def _show_look(say: Terminal, detector: "Detector", *, shown: "Picture", sheet: Path | None) -> None:
    """What it made out on one picture, for a person to judge."""
    from cameras.watch.detector.look import draw

    found = detector.detect(shown)
    if found:
        rows = [
            (one.name, say.words(f"kinds.{one.kind.value}"), f"{one.score:.2f}", " ".join(f"{edge:.0f}" for edge in one.box))
            for one in found
        ]
        say.table("model_saw", ("class", "kind", "score", "box"), rows)
    else:
        say.say("models.saw_nothing")
    if sheet is not None:
        draw(shown, found, sheet)
        say.say("models.sheet", file=str(sheet))


def _shelf(folder: Path | None, home: Path | None) -> "Shelf":
    from cameras.watch.detector.shelf import Shelf
    from edge.node.names import WATCHER

    watcher = folder.expanduser().resolve() if folder is not None else settings_of(home).home.watcher(WATCHER)
    return Shelf(watcher / "models")
