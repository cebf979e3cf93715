"""In CI nothing is skipped: a part that cannot run there is a failure that says why."""

import os
from collections.abc import Generator

import hypothesis
import pytest

hypothesis.settings.register_profile("busy", deadline=None)
hypothesis.settings.load_profile("busy")
"""No timing assertion: a machine with two cores that runs a whole suite is slow at moments."""

MAY_SKIP = "shared data"
"""Development data lies beside the checkout, not in it; its tests say so and are the only ones that may be missing."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skip into a failure where CI is set."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") and MAY_SKIP not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report
