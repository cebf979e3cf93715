"""In CI nothing is skipped: a part that cannot run there is a failure that says why."""

import os

import pytest

from tests.commune import commune, own_commune

__all__ = ["commune", "own_commune"]

MAY_SKIP = "shared data"
"""Development data lies beside the checkout, not in it; its tests say so and are the only ones that may be missing."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> object:
    """Turns a skip into a failure where CI is set."""
    report: pytest.TestReport = yield  # type: ignore[misc]  # pytest's own protocol
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") and MAY_SKIP not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report
