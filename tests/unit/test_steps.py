"""A step that fails says once what is wrong; a defect of the software names the log that has its traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"

START = f"""
import logging, sys, warnings
sys.path.insert(0, {str(SCRIPTS)!r})
from claimcheck.errors import StudyError
from claimcheck.steps import step
with step("logs/rule/step.log"):
"""


@pytest.fixture
def run(tmp_path):
    """Run lines inside a step, in a process of its own as Snakemake does."""

    def run_lines(*lines):
        code = START + "".join(f"    {line}\n" for line in lines)
        return subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
        )

    return run_lines


def log_of(folder):
    return (folder / "logs/rule/step.log").read_text()


def test_a_mistake_of_the_study_is_said_in_log_terminal_and_problems(run, tmp_path):
    done = run("raise StudyError('no such gene', where='here', expected='a gene', remedy='name another')")
    assert done.returncode == 1
    problems = (tmp_path / "logs/problems.txt").read_text()
    for place in (done.stderr, log_of(tmp_path), problems):
        assert place.count("no such gene") == 1
        for part in ("where:    here", "expected: a gene", "remedy:   name another"):
            assert part in place
    assert "Traceback" not in done.stderr + problems


def test_an_unknown_error_names_the_log_which_has_the_traceback(run, tmp_path):
    done = run("{}['absent key']")
    assert done.returncode == 1
    problems = (tmp_path / "logs/problems.txt").read_text()
    assert "Traceback" not in done.stderr + problems
    for place in (done.stderr, problems):
        assert "logs/rule/step.log" in place
        assert "KeyError: 'absent key'" in place
    assert "Traceback" in log_of(tmp_path)


def test_problems_are_collected_in_the_order_of_failure(run, tmp_path):
    for name in ("first", "second"):
        run(f"raise StudyError('the {name}', where='w', expected='e', remedy='r')")
    problems = (tmp_path / "logs/problems.txt").read_text()
    assert 0 <= problems.index("the first") < problems.index("the second")


def test_a_step_that_ends_well_leaves_a_log_and_no_problems(run, tmp_path):
    done = run("logging.getLogger('claimcheck.part').info('half way')", "warnings.warn('take care')")
    assert done.returncode == 0
    assert done.stderr == ""
    for part in ("half way", "take care", "done in"):
        assert part in log_of(tmp_path)
    assert not (tmp_path / "logs/problems.txt").exists()


def test_progress_is_shown_and_logged(run, tmp_path):
    done = run("logging.getLogger('claimcheck.progress').info('3 of 4')")
    assert "3 of 4" in done.stderr
    assert "3 of 4" in log_of(tmp_path)


def test_a_second_run_replaces_the_log(run, tmp_path):
    run("logging.getLogger('claimcheck').info('from the first run')")
    run("pass")
    assert "from the first run" not in log_of(tmp_path)


def test_a_step_that_is_tried_again_complains_once(run, tmp_path):
    for _ in range(2):
        run("raise StudyError('no such gene', where='here', expected='a gene', remedy='name another')")
    assert (tmp_path / "logs/problems.txt").read_text().count("no such gene") == 1


def test_a_full_disk_is_said_without_a_traceback(run, tmp_path):
    done = run("with open('/dev/full', 'w') as stream: stream.write('x')")
    assert done.returncode == 1
    for place in (done.stderr, (tmp_path / "logs/problems.txt").read_text()):
        assert "the disk is full: a file could not be written" in place
        assert "start again with the same command" in place
        assert "Traceback" not in place


def test_a_full_disk_is_said_where_neither_log_nor_problems_can_be_written(run, tmp_path):
    (tmp_path / "logs/rule").mkdir(parents=True)
    for name in ("logs/rule/step.log", "logs/problems.txt"):
        (tmp_path / name).symlink_to("/dev/full")
    done = run("logging.getLogger('claimcheck').info('begun')", "open('/dev/full', 'w', buffering=1).write('x\\n')")
    assert done.returncode == 1
    assert done.stderr.count("the disk is full: a file could not be written") == 1
    assert "Traceback" not in done.stderr
