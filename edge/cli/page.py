"""The command line as a page: its commands, its help in the reader's language, and sentences instead of tracebacks.

Command modules import nothing heavy at their top, so that `dinh --help` answers at once; a help text is written as its key
in edge/words (`help.up`) and translated here.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import typer
from typer import rich_utils
from typer.core import TyperGroup
from typer.main import get_command

from edge.cli import cameras, data, devices, evidence, models, node, people
from edge.cli.terminal import Terminal
from edge.errors import Refusal
from edge.words import Words

REFUSALS: Final = (
    "edge.refusals",
    "edge.reporting.errors",
    "meeting.domain.errors",
    "cameras.domain.errors",
)
"""Modules whose `Refusal` is an answer. Only those that are already loaded can have raised one."""
INTERRUPTED: Final = 130


def build() -> TyperGroup:
    """The command tree; help texts are still keys."""
    app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich")
    app.callback()(everywhere)
    for module in (node, people, devices, cameras, models, evidence, data):
        module.add_to(app)
    group = get_command(app)
    if not isinstance(group, TyperGroup):
        raise TypeError("a group of commands was expected")
    return group


def everywhere(lang: str = typer.Option("", "--lang", help="help.lang", metavar="vi|en")) -> None:
    """help.dinh"""  # noqa: D400, D415 - a key, see edge/words


def run(arguments: Sequence[str], words: Words) -> int:
    """Run one command line. Returns the exit status: 0, 1 when something was refused or found wrong, 2 for a bad command line."""
    group = build()
    translate(group, words)
    terminal = Terminal(words)
    try:
        result = group.main(list(_without_language(arguments)), prog_name="dinh", standalone_mode=True, obj=terminal)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except known_refusals() as refused:
        terminal.error(*said_by(refused))
        return 1
    except OSError as error:
        terminal.error("node.os_error", {"what": error.filename or "", "why": error.strerror or str(error)})
        return 1
    return result if isinstance(result, int) else 0


def known_refusals() -> tuple[type[Exception], ...]:
    """Every room's Refusal that this process has loaded."""
    found = [getattr(sys.modules.get(name), "Refusal", None) for name in REFUSALS]
    return (Refusal, *(kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)))


def said_by(refused: Exception) -> tuple[str, Mapping[str, Any]]:
    """Code and facts of any room's refusal."""
    return str(getattr(refused, "code", type(refused).__name__)), dict(getattr(refused, "facts", {}) or {})


def translate(command: Any, words: Words) -> None:
    """Replace every help key of a command tree by its sentence, and the library's own headings."""
    _headings(words)
    _translate(command, words)


def _translate(command: Any, words: Words) -> None:
    command.help = _said(command.help, words)
    command.short_help = _said(command.short_help, words)
    command.rich_help_panel = _said(getattr(command, "rich_help_panel", None), words)
    command.options_metavar = words("help.options_metavar")
    for parameter in command.params:
        parameter.help = _said(parameter.help, words)
    for child in getattr(command, "commands", {}).values():
        child.subcommand_metavar = words("help.command_metavar")
        _translate(child, words)
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = words("help.command_metavar")
    option = command.get_help_option(typer.Context(command))
    if option is not None:
        option.help = words("help.help")


def _said(text: str | None, words: Words) -> str | None:
    return words(text) if isinstance(text, str) and text.startswith(("help.", "panel.")) else text


def _headings(words: Words) -> None:
    for name in ("ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "ERRORS_PANEL_TITLE"):
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, words(f"panel.{name.lower()}"))


def _without_language(arguments: Sequence[str]) -> list[str]:
    """`--lang` may stand anywhere on the line; it was read before."""
    kept: list[str] = []
    skip = False
    for argument in arguments:
        if skip or argument.startswith("--lang="):
            skip = False
            continue
        skip = argument == "--lang"
        if not skip:
            kept.append(argument)
    return kept
