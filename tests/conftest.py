"""In CI everything is installed, so a test that skips there is a failure; how many inputs the fuzz tests draw."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("bounded", max_examples=40, derandomize=True)
settings.register_profile("long", max_examples=2500)
settings.load_profile("bounded")

_LONGEST = (
    *("test_slurm", "test_several_comparisons", "test_demo", "test_tiny", "test_register_keys", "test_edge_pages"),
    *("test_configuration_keys", "test_second_paper", "test_counts_entry", "test_conflicts", "test_fly", "test_reruns"),
)
"""Files that take longest, begun first: else one worker ends with one of them while the other has nothing to do."""
_skipped: list[str] = []


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files without whole runs unread where whole runs alone are asked for."""
    of_tests = config.option.markexpr == "whole_run" and collection_path.match("test_*.py")
    return True if of_tests and "whole_run" not in collection_path.read_text() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


def pytest_xdist_auto_num_workers() -> int:
    """Start a worker more than there are cores: part of the time a test waits for a server, or for a process of its own."""
    return (os.cpu_count() or 1) + 1


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _skipped and os.environ.get("CI") == "true":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped and os.environ.get("CI") == "true":
        terminalreporter.write_line(f"skipped in CI, which counts as failed: {', '.join(_skipped)}", red=True)
