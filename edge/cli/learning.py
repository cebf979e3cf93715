"""`dinh cameras retrain` and `shadow`: what the node has learned from its officers, and what is only being tried."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge.cli.terminal import HomeOption, Terminal, settings_of, terminal

if TYPE_CHECKING:
    from cameras.learning.compare import Comparison, Figures
    from cameras.learning.course import Course
    from cameras.watch.heads import Learned
    from cameras.watch.verifier import Head, Manifest, Verifier
    from edge.offices import Offices

OFF = "off"


def retrain(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="help.retrain_yes")] = False,
    back: Annotated[bool, typer.Option("--back", help="help.retrain_back")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="help.retrain_out", metavar="FILE", show_default=False)] = None,
    home: HomeOption = None,
) -> None:
    """Learn, compare, ask; the layer before stays and comes back with --back."""
    from cameras.learning.compare import Better
    from cameras.watch.heads import pack
    from edge.offices import open_offices

    say = terminal(context)
    with open_offices(settings_of(home)) as offices:
        if back:
            _take_back(say, offices)
            return
        course, weights = _study(say, offices)
        _show(say, course.comparison, ("columns.current", "columns.new"))
        say.say(f"retrain.{course.comparison.better.value}", learned=course.learned_from, count=course.comparison.count)
        content = pack(course.head, weights)
        if out is not None:
            out.write_bytes(content)
            say.good("retrain.written", file=str(out))
        if course.comparison.better is not Better.YES and yes:
            say.say("retrain.kept")
        elif yes or (out is None and typer.confirm(say.words("retrain.ask"))):
            _put(offices, "live", content, weights)
            say.good("retrain.live")


def shadow(
    context: typer.Context,
    file: Annotated[str | None, typer.Argument(help="help.shadow_file", show_default=False)] = None,
    home: HomeOption = None,
) -> None:
    """Try another last layer beside the live one, or say how the one that is tried has done."""
    from cameras.watch.verifier import Verifier
    from edge.offices import open_offices

    say = terminal(context)
    weights = _loaded(say, Verifier()).sha256
    with open_offices(settings_of(home)) as offices:
        if file == OFF:
            _put(offices, "shadow", None, weights)
            say.good("shadow.off")
        elif file is not None:
            tried = _checked(say, content := _read(say, Path(file)), weights)
            _put(offices, "shadow", content, weights)
            say.good("shadow.on", sha256=tried.sha256[:12])
        else:
            _table(say, offices, weights)


def _study(say: Terminal, offices: "Offices") -> "tuple[Course, str]":
    from cameras.desk import heads
    from cameras.learning.course import Example, TooFew, study
    from cameras.watch.verifier import Verifier, WeightsRefused

    network = Verifier()
    weights = _loaded(say, network).sha256
    with offices.means.reader() as session:
        live = heads.find(session, heads.Role.LIVE)
        judged = heads.judged(session, offices.settings.home.evidence)
    examples = [Example(one.strip.read_bytes(), one.verdict, one.reason) for one in judged if one.strip is not None and one.strip.is_file()]
    try:
        return study(examples, network, _current(live, weights)), weights
    except TooFew as few:
        say.error("cameras.too_few_verdicts", few.facts)
    except WeightsRefused as refused:
        say.error("cameras.head_refused", {"why": refused.code.value, **refused.facts})
    raise typer.Exit(1)


def _current(live: bytes | None, weights: str) -> "Head":
    """What judges now. What was learned on another network, before an update, judges no more. Raises WeightsRefused."""
    from cameras.watch.heads import unpack
    from cameras.watch.verifier import WeightsRefused, shipped_head

    with suppress(WeightsRefused):
        if live is not None:
            return unpack(live, weights).head
    return shipped_head()


def _table(say: Terminal, offices: "Offices", weights: str) -> None:
    from cameras.desk import heads
    from cameras.domain.cases import Verdict
    from cameras.learning.compare import Scored, compare

    with offices.means.reader() as session:
        content = heads.find(session, heads.Role.SHADOW)
        if content is None:
            say.say("shadow.none")
            return
        tried = _checked(say, content, weights)
        judged = heads.judged(session, offices.settings.home.evidence, tried.sha256)
    both = [(one, one.shadow) for one in judged if one.shadow is not None]
    if not both:
        say.say("shadow.nothing", sha256=tried.sha256[:12])
        return
    first = compare(
        Scored([one.score for one, _ in both], both[-1][0].threshold),
        Scored([noted for _, (noted, _) in both], tried.head.threshold),
        [one.verdict is Verdict.CONFIRMED for one, _ in both],
    )
    _show(say, first, ("columns.current", "columns.shadow"))
    say.say(f"shadow.{first.better.value}", count=first.count)


def _show(say: Terminal, found: "Comparison", names: tuple[str, str]) -> None:
    rows = [(say.words(name), *_row(figures)) for name, figures in zip(names, (found.first, found.second), strict=True)]
    say.table("compared", ("network", "flags", "precision", "recall", "brier"), rows)


def _row(one: "Figures") -> tuple[str, str, str, str]:
    def part(right: int, of: int, between: tuple[float, float]) -> str:
        return f"{right}/{of} ({between[0]:.2f}–{between[1]:.2f})"

    brier = f"{one.brier:.3f} ({one.brier_between[0]:.3f}–{one.brier_between[1]:.3f})"
    return str(one.flagged), part(one.right, one.flagged, one.precision), part(one.right, one.confirmed, one.recall), brier


def _put(offices: "Offices", role: str, content: bytes | None, weights: str) -> None:
    from cameras.desk import heads
    from edge.offices import utc_now

    offices.ledger.submit(lambda entry: heads.put(entry.session, heads.Role(role), content, weights=weights, now=utc_now())).result(30)
    offices.nudge()


def _take_back(say: Terminal, offices: "Offices") -> None:
    from cameras.desk import heads

    if offices.ledger.submit(lambda entry: heads.back(entry.session)).result(30):
        offices.nudge()
        say.good("retrain.back")
    else:
        say.say("retrain.nothing")


def _checked(say: Terminal, content: bytes, weights: str) -> "Learned":
    from cameras.watch.heads import unpack
    from cameras.watch.verifier import WeightsRefused

    try:
        return unpack(content, weights)
    except WeightsRefused as refused:
        say.error("cameras.head_refused", {"why": refused.code.value, **refused.facts})
        raise typer.Exit(1) from None


def _loaded(say: Terminal, network: "Verifier") -> "Manifest":
    from cameras.watch.verifier import WeightsRefused

    try:
        return network.load()
    except WeightsRefused as refused:
        say.error("cameras.head_refused", {"why": refused.code.value, **refused.facts})
        raise typer.Exit(1) from None


def _read(say: Terminal, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        say.error("cameras.file_missing", {"file": str(file)})
        raise typer.Exit(1) from None
