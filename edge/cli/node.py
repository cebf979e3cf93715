"""`dinh up`, `status`, `demo`, `watch`."""

import importlib
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from edge.cli.terminal import HomeOption, Terminal, settings_of, terminal

if TYPE_CHECKING:
    from edge.node.prepare import FirstCredential
    from edge.node.status import NodeStatus

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""The command's own program reads the rest of the line."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command("up", help="help.up", rich_help_panel="panel.run")(up)
    app.command("demo", help="help.demo", rich_help_panel="panel.run", context_settings=PASSED_ON)(demo)
    app.command("status", help="help.status", rich_help_panel="panel.run")(status)
    app.command("watch", help="help.watch", rich_help_panel="panel.run", context_settings=PASSED_ON)(watch)


def up(context: typer.Context, home: HomeOption = None) -> None:
    from edge.node.up import Teller
    from edge.node.up import up as run_up

    teller = _UpTeller(terminal(context))
    settings = settings_of(home)
    _log_to_stderr()
    teller.terminal.say("up.starting", home=str(settings.home.path))
    run_up(settings, Teller(teller.credentials, teller.status))
    teller.terminal.say("up.ended")


def status(
    context: typer.Context, home: HomeOption = None, as_json: Annotated[bool, typer.Option("--json", help="help.json")] = False
) -> None:
    from edge.node.status import read_status

    now = read_status(settings_of(home).home)
    if as_json:
        sys.stdout.write(json.dumps(now.to_json(), ensure_ascii=False) + "\n")
    else:
        show_status(terminal(context), now)


def demo(context: typer.Context) -> None:
    _pass_on("edge.demo.main", context)


def watch(context: typer.Context) -> None:
    _pass_on("cameras.watch.main", context)


def show_status(say: Terminal, now: "NodeStatus") -> None:
    """Children, memory, addresses."""
    rows = [(one.name, say.words(f"states.{one.state}"), one.pid, _mib(one.rss_mib), one.starts) for one in now.children]
    say.table("children", ("child", "state", "pid", "memory", "starts"), rows)
    say.say("status.total", total=_mib(now.children_mib), supervisor=_mib(now.rss_mib))
    if now.ready_s is not None:
        say.say("status.ready", seconds=now.ready_s)
    show_addresses(say, now)


def show_addresses(say: Terminal, now: "NodeStatus") -> None:
    """Where the node answers."""
    say.table("addresses", ("for_whom", "address"), [(say.words(f"addresses.{_kind(name)}"), url) for name, url in now.addresses.items()])


class _UpTeller:
    """Says each thing once."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._said_ready = False

    def credentials(self, made: "Sequence[FirstCredential]") -> None:
        words = self.terminal.words
        rows = [(one.login, one.password, one.name, words(f"roles.{one.role}")) for one in made]
        self.terminal.table("credentials", ("login", "one_time_password", "name", "role"), rows)
        self.terminal.say("up.credentials_once")

    def status(self, now: "NodeStatus") -> None:
        if now.ready_s is None or self._said_ready:
            return
        self._said_ready = True
        self.terminal.good("up.ready", seconds=now.ready_s)
        show_addresses(self.terminal, now)
        self.terminal.say("up.how_to_end")


def _pass_on(module: str, context: typer.Context) -> None:
    """Hand the rest of the line to another program's main(arguments, language) -> exit status."""
    main = importlib.import_module(module).main
    raise typer.Exit(main(context.args, terminal(context).words.language))


def _kind(name: str) -> str:
    return name.rstrip("0123456789")


def _mib(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} MiB"


def _log_to_stderr() -> None:
    import logging

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
