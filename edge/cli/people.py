"""`dinh users`: accounts of people, for whoever holds the node's own files."""

from typing import Annotated

import typer

from edge.cli.terminal import HomeOption, settings_of, terminal

Login = Annotated[str, typer.Argument(help="help.login", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    users = typer.Typer(no_args_is_help=True, help="help.users", add_completion=False)
    users.command("list", help="help.users_list")(list_users)
    users.command("add", help="help.users_add")(add_user)
    users.command("password", help="help.users_password")(new_password)
    users.command("disable", help="help.users_disable")(disable_user)
    users.command("enable", help="help.users_enable")(enable_user)
    app.add_typer(users, name="users", help="help.users", rich_help_panel="panel.people")


def list_users(context: typer.Context, home: HomeOption = None) -> None:
    from edge.offices import open_offices

    say = terminal(context)
    with open_offices(settings_of(home)) as offices:
        rows = [
            (
                one.login,
                one.name,
                ", ".join(say.words(f"roles.{role}") for role in one.roles.split()),
                _state(context, disabled=one.disabled),
            )
            for one in offices.accounts.all()
        ]
    say.table("users", ("login", "name", "role", "state"), rows)


def add_user(
    context: typer.Context,
    login: Login,
    name: Annotated[str, typer.Option("--name", help="help.user_name", prompt=True)],
    role: Annotated[list[str], typer.Option("--role", help="help.user_role")],
    *,
    own: Annotated[bool, typer.Option("--password", help="help.user_own_password")] = False,
    home: HomeOption = None,
) -> None:
    from edge.accounts.service import COMMAND, NewAccount
    from edge.offices import open_offices

    say = terminal(context)
    password = say.ask_password() if own else None
    with open_offices(settings_of(home)) as offices:
        made = offices.accounts.create(NewAccount(login, name, frozenset(role), password), by=COMMAND)
    say.good("users.added", login=made.account.login)
    _show_once(context, made.account.login, made.password)


def new_password(
    context: typer.Context,
    login: Login,
    *,
    own: Annotated[bool, typer.Option("--password", help="help.user_own_password")] = False,
    home: HomeOption = None,
) -> None:
    from edge.accounts.service import COMMAND
    from edge.offices import open_offices

    say = terminal(context)
    typed = say.ask_password() if own else None
    with open_offices(settings_of(home)) as offices:
        account = offices.account(login)
        made = None
        if typed is None:
            made = offices.accounts.reset_password(account, by=COMMAND).password
        else:
            offices.accounts.set_password(account, typed, by=COMMAND)
    say.good("users.password_changed", login=login)
    _show_once(context, login, made)


def disable_user(context: typer.Context, login: Login, home: HomeOption = None) -> None:
    _switch(context, login, home, disabled=True)


def enable_user(context: typer.Context, login: Login, home: HomeOption = None) -> None:
    _switch(context, login, home, disabled=False)


def _switch(context: typer.Context, login: str, home: HomeOption, *, disabled: bool) -> None:
    from edge.accounts.service import COMMAND, Changes
    from edge.offices import open_offices

    with open_offices(settings_of(home)) as offices:
        offices.accounts.change(offices.account(login), Changes(disabled=disabled), by=COMMAND)
    terminal(context).good("users.disabled" if disabled else "users.enabled", login=login)


def _show_once(context: typer.Context, login: str, password: str | None) -> None:
    if password is not None:
        say = terminal(context)
        say.table("credentials", ("login", "one_time_password"), [(login, password)])
        say.say("up.credentials_once")


def _state(context: typer.Context, *, disabled: bool) -> str:
    return terminal(context).words("states.disabled" if disabled else "states.active")
