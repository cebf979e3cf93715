"""`dinh devices`: who may enter the air, and how each device should be."""

import sys
from typing import Annotated

import typer

from edge.cli.terminal import HomeOption, settings_of, terminal

DeviceId = Annotated[str, typer.Argument(help="help.device", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    devices = typer.Typer(no_args_is_help=True, help="help.devices", add_completion=False)
    devices.command("list", help="help.devices_list")(list_devices)
    devices.command("enrol", help="help.devices_enrol")(enrol)
    devices.command("accept", help="help.devices_accept")(accept)
    devices.command("refuse", help="help.devices_refuse")(refuse)
    devices.command("retire", help="help.devices_retire")(retire)
    devices.command("lint", help="help.devices_lint")(lint)
    app.add_typer(devices, name="devices", help="help.devices", rich_help_panel="panel.people")


def list_devices(
    context: typer.Context, *, gone: Annotated[bool, typer.Option("--all", help="help.devices_all")] = False, home: HomeOption = None
) -> None:
    from edge.offices import open_offices

    say = terminal(context)
    with open_offices(settings_of(home)) as offices:
        rows = [
            (one.id, one.name, say.words(f"kinds.{one.kind}"), say.words(f"states.{one.state}"), one.code, one.seat, one.revision)
            for one in offices.devices.all(gone=gone)
        ]
    say.table("devices", ("id", "name", "kind", "state", "code", "seat", "revision"), rows)


def enrol(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="help.device_name", show_default=False)],
    kind: Annotated[str, typer.Option("--kind", help="help.device_kind")] = "tablet",
    *,
    meeting: Annotated[str | None, typer.Option("--meeting", help="help.device_meeting")] = None,
    seat: Annotated[str | None, typer.Option("--seat", help="help.device_seat")] = None,
    home: HomeOption = None,
) -> None:
    import segno

    from edge.accounts.service import COMMAND
    from edge.devices.enrolment import Enrolments, NewDevice
    from edge.offices import open_offices

    with open_offices(settings_of(home)) as offices:
        opened = Enrolments(offices.devices).open(NewDevice(kind, name, meeting, seat), by=COMMAND)
    say = terminal(context)
    if sys.stdout.isatty():
        segno.make(opened.url, error="m").terminal(compact=True)
    say.out.print(opened.url, soft_wrap=True, markup=False)
    say.say("devices.enrol_ends", at=opened.expires_at.astimezone().strftime("%H:%M"))


def accept(context: typer.Context, device: DeviceId, home: HomeOption = None) -> None:
    from edge.accounts.service import COMMAND
    from edge.devices.enrolment import Enrolments
    from edge.devices.registry import DeviceChanges
    from edge.offices import open_offices

    with open_offices(settings_of(home)) as offices:
        row = Enrolments(offices.devices).accept(device, DeviceChanges(), by=COMMAND)
        offices.nudge()
    terminal(context).good("devices.accepted", name=row.name, device=row.id)


def refuse(context: typer.Context, device: DeviceId, home: HomeOption = None) -> None:
    from edge.accounts.service import COMMAND
    from edge.devices.enrolment import Enrolments
    from edge.offices import open_offices

    with open_offices(settings_of(home)) as offices:
        row = Enrolments(offices.devices).refuse(device, by=COMMAND)
    terminal(context).good("devices.refused", name=row.name, device=row.id)


def retire(context: typer.Context, device: DeviceId, home: HomeOption = None) -> None:
    from edge.accounts.service import COMMAND
    from edge.offices import open_offices

    with open_offices(settings_of(home)) as offices:
        row = offices.devices.retire(device, by=COMMAND)
        offices.nudge()
    terminal(context).good("devices.retired", name=row.name, device=row.id)


def lint(context: typer.Context) -> None:
    from edge.devices import profiles

    say = terminal(context)
    faults = profiles.lint()
    for fault in faults:
        say.bad(say.words("devices.fault", file=fault.file, key=fault.key, value=fault.value, wanted=fault.wanted))
    if faults:
        raise typer.Exit(1)
    found = profiles.load().profiles
    say.table("profiles", ("profile", "kind", "extends"), [(one.id, say.words(f"kinds.{one.kind}"), one.extends) for one in found.values()])
    say.good("devices.lint_good", count=len(found))
