"""`dinh verify`, `check`, `backup`, `restore`: what was kept, and whether it is still what it was."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edge.cli.terminal import HomeOption, Terminal, settings_of, terminal
from edge.errors import Code, Refusal

if TYPE_CHECKING:
    from meeting.log.verifier import Report

TALLY = (
    *("title", "voters", "tokens", "ballots", "for", "against", "abstain", "candidates", "elected", "tied", "blank", "invalid"),
    *("needed", "adopted", "entries", "root", "key"),
)
"""Facts of a verified bundle, in the order in which they are read out."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command("verify", help="help.verify", rich_help_panel="panel.data")(verify)
    app.command("verify-page", help="help.verify_page", rich_help_panel="panel.data")(verify_page)
    app.command("check", help="help.check", rich_help_panel="panel.data")(check)
    app.command("backup", help="help.backup", rich_help_panel="panel.data")(backup)
    app.command("restore", help="help.restore", rich_help_panel="panel.data")(restore)


def verify(
    context: typer.Context,
    bundle: Annotated[Path, typer.Argument(help="help.bundle", show_default=False)],
    *,
    key: Annotated[str | None, typer.Option("--key", help="help.verify_key", show_default=False)] = None,
    receipt: Annotated[list[Path] | None, typer.Option("--receipt", help="help.verify_receipt", show_default=False)] = None,
    document: Annotated[list[Path] | None, typer.Option("--document", help="help.verify_document", show_default=False)] = None,
    head: Annotated[list[str] | None, typer.Option("--head", help="help.verify_head", show_default=False)] = None,
) -> None:
    from meeting.log.verifier import Beside
    from meeting.log.verifier import verify as count_again

    beside = Beside(key, [_content(file) for file in receipt or ()], [_content(file) for file in document or ()], head or ())
    report = count_again(_content(bundle), beside)
    show_report(terminal(context), report, bundle.name)
    if not report.ok:
        raise typer.Exit(1)


def verify_page(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="help.verify_page_file", show_default=False)],
) -> None:
    from edge.compose import PAGES
    from edge.http.pages import VERIFIER

    file.write_bytes(_content(PAGES / VERIFIER))
    terminal(context).good("verify.page", file=str(file))


def show_report(say: Terminal, report: "Report", name: str) -> None:
    """Each step, what is wrong if anything is, and the count."""
    failed = None if report.ok else report.steps[-1]
    for step in report.steps:
        if step is failed:
            say.bad(say.words(f"steps.{step.value}"))
        else:
            say.good(f"steps.{step.value}")
    for finding in report.findings:
        say.bad("  " + say.words("verify.at", where=finding.where, what=say.words.error(finding.code.value, finding.facts)))
    rows = [(say.words(f"tally.{fact}"), _told(say, report.summary[fact])) for fact in TALLY if fact in report.summary]
    if report.ok:
        say.table("tally", ("what", "count"), rows)
        say.good("verify.right", file=name)
        if "key" in report.summary:
            say.say("verify.compare_key")
    else:
        say.bad(say.words("verify.wrong", file=name))


def check(context: typer.Context, home: HomeOption = None) -> None:
    from edge.storage.check import INVARIANTS
    from edge.storage.check import check as look_at_all
    from edge.storage.engine import open_store

    say, settings = terminal(context), settings_of(home)
    store = open_store(settings.database)
    try:
        with say.progress() as shown:
            task = shown.add_task("", total=len(INVARIANTS))
            faults = look_at_all(
                store, settings.home, lambda name: shown.update(task, advance=1, description=say.words(f"invariants.{name}"))
            )
    finally:
        store.close()
    for fault in faults:
        say.bad(say.words.error(fault.code.value, fault.facts))
    if faults:
        raise typer.Exit(1)
    for name in INVARIANTS:
        say.good(f"invariants.{name}")


def backup(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="help.backup_file", show_default=False)] = None,
    home: HomeOption = None,
) -> None:
    from edge.storage.backup import back_up

    say, settings = terminal(context), settings_of(home)
    target = file or Path.cwd() / f"dinh-{settings.node_id}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.tar"
    with say.progress() as shown:
        task = shown.add_task(say.words("backup.copying"), total=None)
        made = back_up(settings, target.resolve(), lambda done, total: shown.update(task, completed=done, total=total))
    say.good("backup.made", file=str(made.file), mib=_mib(made.size), files=made.files)
    say.say("backup.keep_safe")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="help.restore_file", show_default=False)],
    home: HomeOption = None,
) -> None:
    from edge.storage.backup import restore as fill

    say, settings = terminal(context), settings_of(home)
    with say.progress() as shown:
        task = shown.add_task(say.words("backup.restoring"), total=None)
        made = fill(file.resolve(), settings, lambda done, total: shown.update(task, completed=done, total=total))
    say.good("backup.restored", home=str(settings.home.path), files=made.files)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refusal(Code.NOT_A_FILE, file=str(file), detail=error.strerror or str(error)) from None


def _told(say: Terminal, value: Any) -> str:
    return say.words("states.yes" if value else "states.no") if isinstance(value, bool) else str(value)


def _mib(size: int) -> str:
    return f"{size / (1 << 20):.1f}"
