"""In CI nothing is skipped: a part that cannot run there is a failure that says why. What needs PyTorch is left out by name."""

import os
from collections.abc import Generator
from importlib.util import find_spec

import hypothesis
import pytest

hypothesis.settings.register_profile("busy", deadline=None)
hypothesis.settings.load_profile("busy")
"""No timing assertion: a machine with two cores that runs a whole suite is slow at moments."""

NEEDS_TORCH = [f"cameras/training/{name}.py" for name in ("test_training", "test_join", "test_material")]
collect_ignore = [] if find_spec("torch") and find_spec("matplotlib") else NEEDS_TORCH
"""Training is never needed to run the node, and PyTorch is gigabytes: it is no part of the test requirements."""


def pytest_report_header() -> list[str]:
    """Says what is left out, and how to run it."""
    return [f"left out: tests/{path}: PyTorch is not installed (pip install torch==2.13.0 onnx matplotlib)" for path in collect_ignore]


MAY_SKIP = "shared/data"
"""Development data lies beside the checkout, not in it; its tests say so and are the only ones that may be missing."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skip into a failure where CI is set."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") and MAY_SKIP not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report
