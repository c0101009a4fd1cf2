"""What all tests share: where the evidence lies, one clock and language, and no way to skip."""

import os
import time
from collections.abc import Generator
from pathlib import Path

import pytest

os.environ.update(TZ="UTC", LC_ALL="C.UTF-8", LANG="C.UTF-8", COLUMNS="100", NO_COLOR="1")
for _name in ("SOURCE_DATE_EPOCH", "FORCE_COLOR", "CI", "GITHUB_ACTIONS", "GITLAB_CI"):
    os.environ.pop(_name, None)  # outputs must not depend on who runs the tests
time.tzset()

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
"""Certificates and scans nobody here wrote, with facts computed by other tools."""
SAMPLES = HERE / "samples"
"""Documents as other tools write them."""


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure: what could not be tested has not passed."""
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which is not allowed here: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test be skipped."""
    report = yield
    _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no module be skipped."""
    report = yield
    _refuse(report)
    return report
