"""The matrix of the cameras' benchmark as one picture: what each cell costs, and how cost and memory grow with the cameras."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.benchmarks.cameras import Figures

DARK, GREY, AIM = "#1F4B7A", "#5A5A5A", "#8A6D00"
BARS = {
    "watcher_cpu_s": ("the watcher", DARK),
    "keyframes_cpu_s": ("ffmpeg, keyframes only", "#7A9CC0"),
    "demux_cpu_s": ("ffmpeg, packets only", "#C9C2B2"),
    "motion_cpu_s": ("motion", "#B84A00"),
}
AIMS = {(17, 0): 0.25, (17, 3): 0.5}
"""Of decoding everything, for cameras and busy ones, at 1080p15 with a variable rate and a keyframe every two seconds."""
MIB_EACH = 60
WIDTH = 0.2


def plot(done: Sequence[Figures], target: Path) -> None:
    """Write a PNG. Left: CPU of each cell as a share of decoding everything. Right: CPU and memory of idle cameras."""
    drawn = Figure(figsize=(15, 6.4), layout="constrained")
    grid = drawn.add_gridspec(2, 2, width_ratios=(2.5, 1))
    _ratios(drawn.add_subplot(grid[:, 0]), [figures for figures in done if figures.decode_all_cpu_s])
    idle = sorted((one for one in done if not one.busy and _usual(one)), key=lambda one: one.cameras)
    _growth(drawn.add_subplot(grid[0, 1]), drawn.add_subplot(grid[1, 1]), idle)
    drawn.savefig(target, dpi=110)


def _usual(figures: Figures) -> bool:
    return (figures.rate, figures.gop, figures.size) == ("vbr", 30, "1920x1080")


def _ratios(panel: Axes, whole: Sequence[Figures]) -> None:
    for index, (name, (label, colour)) in enumerate(BARS.items()):
        shown = [
            (place, value / (figures.decode_all_cpu_s or 1)) for place, figures in enumerate(whole) if (value := getattr(figures, name))
        ]
        places = [place + WIDTH * (index - 1.5) for place, _ in shown]
        drawn = panel.bar(places, [share for _, share in shown], WIDTH * 0.92, label=label, color=colour)
        if name != "watcher_cpu_s":
            panel.bar_label(drawn, fmt="%.2f", padding=2, fontsize=7.5, color=GREY)
            continue
        for at, (place, share) in zip(places, shown, strict=True):  # above what is wanted, where that is just above the bar
            above = max(share, (_aim(whole[place]) or 0.0) + 0.01)
            panel.annotate(
                f"{share:.2f}", (at, above), xytext=(0, 2), textcoords="offset points", ha="center", color=DARK, weight="bold", fontsize=10
            )
    aims = [(place, aim) for place, figures in enumerate(whole) if (aim := _aim(figures)) is not None]
    starts, ends = ([place + side * WIDTH for place, _ in aims] for side in (-2.25, -0.75))
    panel.hlines([aim for _, aim in aims], starts, ends, color=AIM, linewidth=2.5, label="wanted at most")
    panel.axhline(1.0, color=GREY, linewidth=1)
    panel.set_xticks(range(len(whole)), [_name(figures) for figures in whole], fontsize=9)
    panel.set_ylabel("CPU time, as a share of ffmpeg decoding everything")
    panel.set_title("Cameras on one watcher", loc="left", weight="bold")
    panel.margins(y=0.12)
    panel.legend(frameon=False, ncols=5, loc="upper left", bbox_to_anchor=(0, -0.16))
    _plain(panel)


def _aim(figures: Figures) -> float | None:
    return AIMS.get((figures.cameras, figures.busy)) if _usual(figures) else None


def _name(figures: Figures) -> str:
    lost = f"\n{figures.event_starts_lost} of {figures.events} acts lost" if figures.events else ""
    size = figures.size.partition("x")[2]
    return f"{figures.cameras}, {figures.busy or 'none'} busy\n{size}p, {figures.rate.upper()}\nkeyframe {figures.gop / 15:g} s{lost}"


def _growth(cpu: Axes, memory: Axes, idle: Sequence[Figures]) -> None:
    counts = [one.cameras for one in idle]
    used = [100 * one.watcher_cpu_s / one.seconds for one in idle]
    cpu.plot(counts, used, "o-", color=DARK)
    for count, share in zip(counts, used, strict=True):
        cpu.annotate(f"{share:.0f}", (count, share), xytext=(0, 6), textcoords="offset points", ha="right", color=DARK)
    cpu.set_title("Idle cameras: % of a core", loc="left", weight="bold")
    memory.plot(counts, [one.rss_mb_per_camera for one in idle], "s-", color=DARK)
    memory.axhline(MIB_EACH, color=AIM, linewidth=2)
    memory.annotate(
        f"at most {MIB_EACH} with 17", (max(counts, default=1), MIB_EACH), xytext=(0, 3), textcoords="offset points", ha="right", color=AIM
    )
    memory.set_title("MiB for each of them", loc="left", weight="bold")
    memory.set_xlabel("idle cameras, 1080p, VBR, keyframe 2 s")
    for panel in (cpu, memory):
        panel.set_xticks(counts)
        panel.set_ylim(0, 1.2 * panel.get_ylim()[1])
        _plain(panel)


def _plain(panel: Axes) -> None:
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(axis="y", color="#E4E0D6", linewidth=0.8)
    panel.set_axisbelow(True)
