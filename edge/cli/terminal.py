"""What a command says, and how: sentences, tables and progress, in one language."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edge.words import Words

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from edge.settings import Settings

HomeOption = Annotated[Path | None, typer.Option("--home", help="help.home", metavar="DIR", show_default=False)]
"""`--home DIR`, on every command that works on a node."""


class Terminal:
    """The `obj` of every command's context."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def say(self, key: str, /, **facts: object) -> None:
        """One sentence on the standard output."""
        self.out.print(self.words(key, **facts), soft_wrap=True)

    def error(self, code: str, facts: Mapping[str, Any]) -> None:
        """One sentence on the error output, with the code for whoever has to be asked."""
        console = self._console(stderr=True)
        console.print(f"[bold red]✗[/] {_plain(self.words.error(code, facts))} [dim]({_plain(code)})[/]", soft_wrap=True)

    def good(self, key: str, /, **facts: object) -> None:
        """A sentence that says that all is well."""
        self.out.print(f"[bold green]✓[/] {_plain(self.words(key, **facts))}", soft_wrap=True)

    def bad(self, text: str) -> None:
        """A finding."""
        self.out.print(f"[bold red]✗[/] {_plain(text)}", soft_wrap=True)

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table; `columns` are keys of the words' [columns]."""
        from rich.table import Table

        made = Table(title=self.words(f"titles.{name}"), title_justify="left", title_style="bold", header_style="bold")
        for column in columns:
            made.add_column(self.words(f"columns.{column}"), overflow="fold")
        for row in rows:
            made.add_row(*[_plain("" if cell is None else str(cell)) for cell in row])
        self.out.print(made)

    def progress(self) -> "Progress":
        """A progress display, on the error output so that results can be piped; remove it by leaving its context."""
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn()
        return Progress(*columns, console=self._console(stderr=True), transient=True)

    def ask_password(self) -> str:
        """A password typed twice, or one line of a pipe."""
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        typed: str = typer.prompt(self.words("ask.password"), hide_input=True, confirmation_prompt=self.words("ask.again"))
        return typed

    @property
    def out(self) -> "Console":
        """The standard output."""
        return self._console(stderr=False)

    def _console(self, *, stderr: bool) -> "Console":
        from rich.console import Console

        return Console(stderr=stderr, highlight=False)


def terminal(context: typer.Context) -> Terminal:
    """The terminal of a running command."""
    found: Terminal = context.find_root().obj
    return found


def settings_of(home: Path | None) -> "Settings":
    """The settings of a home. Raises Refusal."""
    from edge.settings import read_settings

    return read_settings(home.expanduser().resolve() if home else None)


def _plain(text: str) -> str:
    """The text with nothing that the console would take for markup."""
    from rich.markup import escape

    return escape(text)
