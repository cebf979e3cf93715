"""`dinh cameras evaluate`: how well dumping is found on clips whose truth is known."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.cli.terminal import Terminal, terminal

Step = Callable[[str, int], None]
_COLUMNS = ("set", "clips", "events", "found", "false_flags", "precision", "recall", "f1", "delay_s", "per_camera_day")
_OF_CELLS = (0, 1, 2, 3, 4, 5, 6, 7, 10, 12)
"""Where these stand in a row of the report."""


def evaluate(
    context: typer.Context,
    dataset: Annotated[Path, typer.Argument(help="help.evaluate_dataset", show_default=False)],
    *,
    report: Annotated[Path, typer.Option("--report", help="help.evaluate_report", metavar="DIR", show_default=False)],
    stream: Annotated[bool, typer.Option("--stream", help="help.evaluate_stream")] = False,
    hours: Annotated[float, typer.Option("--hours", help="help.evaluate_hours", min=0.05)] = 200.0,
    jobs: Annotated[int, typer.Option("--jobs", help="help.evaluate_jobs", min=1, max=64)] = 1,
    weights: Annotated[Path | None, typer.Option("--weights", help="help.evaluate_weights", show_default=False)] = None,
    development: Annotated[bool, typer.Option("--development", help="help.evaluate_development")] = False,
) -> None:
    from cameras.evaluation.figures import Row
    from cameras.evaluation.report import cells
    from cameras.evaluation.run import Order
    from cameras.evaluation.run import evaluate as judge_all
    from cameras.evaluation.streams import Lives, live
    from cameras.evaluation.truth import Origin
    from cameras.watch.verifier import WEIGHTS

    say = terminal(context)
    order = Order(dataset, report, weights or WEIGHTS, jobs, Origin.DEVELOPMENT if development else Origin.REAL)
    if stream:
        told = _with_bar(say, "evaluating_streams", lambda step: live(order, Lives(hours), step))
        say.table("streams", ("what", "figure"), [(name, told[name]) for name in told if name != "lives"])
    else:
        told = _with_bar(say, "evaluating", lambda step: judge_all(order, step))
        rows = [cells(Row(**one)) for one in told["rows"]]
        say.table("evaluation", _COLUMNS, [[row[at] for at in _OF_CELLS] for row in rows])
    say.good("cameras.report", file=str(report / ("streams.md" if stream else "report.md")))


def _with_bar(say: Terminal, words: str, work: Callable[[Step], dict[str, Any]]) -> dict[str, Any]:
    """`work` under a progress bar; its step takes a name and how many there are in all."""
    with say.progress() as shown:
        task = shown.add_task(say.words(f"cameras.{words}"), total=None)

        def step(_name: str, total: int) -> None:
            shown.update(task, advance=1, total=total)

        return work(step)
