"""A step takes what its rule names; one that fails says once what is wrong, or names the log that has the traceback of a defect."""

import subprocess
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.iocontainers import InputFiles, OutputFiles, Params, ResourceList, Wildcards

from claimcheck.core import ledger, steps
from claimcheck.core.ledger import digest_of, read_record, record_outputs
from claimcheck.core.steps import arguments_of, reason_to_run, run

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"

START = f"""
import logging, sys, warnings
sys.path.insert(0, {str(SCRIPTS)!r})
from claimcheck.core.errors import StudyError
from claimcheck.core.steps import step
with step("logs/rule/step.log"):
"""


@pytest.fixture
def run_step(tmp_path):
    """Run lines inside a step, in a process of its own as Snakemake does."""

    def run_lines(*lines, before=""):
        code = START.replace("from claimcheck", f"{before}from claimcheck", 1) + "".join(
            f"    {line}\n" for line in lines
        )
        return subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
        )

    return run_lines


def log_of(folder):
    return (folder / "logs/rule/step.log").read_text()


def test_a_mistake_of_the_study_is_said_in_log_terminal_and_problems(run_step, tmp_path):
    done = run_step("raise StudyError('no such gene', where='here', expected='a gene', remedy='name another')")
    assert done.returncode == 1
    problems = (tmp_path / "logs/problems.txt").read_text()
    for place in (done.stderr, log_of(tmp_path), problems):
        assert place.count("no such gene") == 1
        for part in ("where:    here", "expected: a gene", "remedy:   name another"):
            assert part in place
    assert "Traceback" not in done.stderr + problems


def test_an_unknown_error_names_the_log_which_has_the_traceback(run_step, tmp_path):
    done = run_step("{}['absent key']")
    assert done.returncode == 1
    problems = (tmp_path / "logs/problems.txt").read_text()
    assert "Traceback" not in done.stderr + problems
    for place in (done.stderr, problems):
        assert "logs/rule/step.log" in place
        assert "KeyError: 'absent key'" in place
    assert "Traceback" in log_of(tmp_path)


def test_problems_are_collected_in_the_order_of_failure(run_step, tmp_path):
    for name in ("first", "second"):
        run_step(f"raise StudyError('the {name}', where='w', expected='e', remedy='r')")
    problems = (tmp_path / "logs/problems.txt").read_text()
    assert 0 <= problems.index("the first") < problems.index("the second")


def test_a_step_that_ends_well_leaves_a_log_and_no_problems(run_step, tmp_path):
    done = run_step("logging.getLogger('claimcheck.part').info('half way')", "warnings.warn('take care')")
    assert done.returncode == 0
    assert done.stderr == ""
    for part in ("half way", "take care", "done in"):
        assert part in log_of(tmp_path)
    assert not (tmp_path / "logs/problems.txt").exists()


def test_progress_is_shown_and_logged(run_step, tmp_path):
    done = run_step("logging.getLogger('claimcheck.progress').info('3 of 4')")
    assert "3 of 4" in done.stderr
    assert "3 of 4" in log_of(tmp_path)


def test_a_second_run_replaces_the_log(run_step, tmp_path):
    run_step("logging.getLogger('claimcheck').info('from the first run')")
    run_step("pass")
    assert "from the first run" not in log_of(tmp_path)


def test_a_step_that_is_tried_again_complains_once(run_step, tmp_path):
    for _ in range(2):
        run_step("raise StudyError('no such gene', where='here', expected='a gene', remedy='name another')")
    assert (tmp_path / "logs/problems.txt").read_text().count("no such gene") == 1


def test_a_full_disk_is_said_without_a_traceback(run_step, tmp_path):
    done = run_step("with open('/dev/full', 'w') as stream: stream.write('x')")
    assert done.returncode == 1
    for place in (done.stderr, (tmp_path / "logs/problems.txt").read_text()):
        assert "the disk is full: a file could not be written" in place
        assert "start again with the same command" in place
        assert "Traceback" not in place


def test_a_full_disk_is_said_where_neither_log_nor_problems_can_be_written(run_step, tmp_path):
    (tmp_path / "logs/rule").mkdir(parents=True)
    for name in ("logs/rule/step.log", "logs/problems.txt"):
        (tmp_path / name).symlink_to("/dev/full")
    done = run_step(
        "logging.getLogger('claimcheck').info('begun')",
        "open('/dev/full', 'w', buffering=1).write('x\\n')",
        before="import claimcheck.core.own_files\nclaimcheck.core.own_files.remove_link = lambda path: None\n",
    )
    assert done.returncode == 1
    assert done.stderr.count("the disk is full: a file could not be written") == 1
    assert "Traceback" not in done.stderr


UNUSABLE = {
    "a folder in the place of a result": (
        "write_text(Path('results/x.tsv'), 'x')",
        "results/x.tsv cannot be read or written",
    ),
    "a folder in the place of an input": ("open('results/x.tsv').read()", "results/x.tsv cannot be read or written"),
    "a file in the place of a folder": ("write_text(Path('logs/rule/step.log/x.tsv'), 'x')", "logs/rule/step.log"),
    "too long a name": ("open('x' * 5000)", "xxx cannot be read or written: File name too long"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_stands_where_a_file_should_be_is_one_message_and_no_defect(name, run_step, tmp_path):
    line, said = UNUSABLE[name]
    (tmp_path / "results/x.tsv/y").mkdir(parents=True)
    done = run_step("from pathlib import Path", "from claimcheck.core.tables import write_text", line)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("remedy:   move away what stands there") == 1
    assert "defect" not in done.stderr


# the arguments of a step


@dataclass(frozen=True)
class Groups:
    """A param that `main` takes as a dataclass."""

    test: str
    reference: str


def main(
    *,
    counts: Path,
    tpm: Path | None,
    reads: list[Path],
    groups: Groups,
    alpha: float,
    run: str,
    timeout: float,
    threads: int,
    output: Path,
) -> None:
    output.write_text("made")
    (output.parent / "said.txt").write_text(f"{counts} {tpm} {groups.test} {alpha} {run}")


def job_of(folder, **changes):
    """Tell what Snakemake tells a script; `changes` are inputs and params by name, None removes one."""
    given = {"counts": "counts.tsv", "tpm": [], "reads": ["a.fastq", "b.fastq"]} | changes
    params = {
        "groups": {"test": "y", "reference": "x"},
        "alpha": 0.05,
        "code": {"digest": "1a2b", "again": 0, "waited_for": ["waited/for.tsv"]},
    }
    named = {name: value for name, value in given.items() if value is not None}
    inputs = InputFiles(["waited/for.tsv"])
    for name, value in named.items():
        position = len(inputs)
        inputs.extend([value] if isinstance(value, str) else value)
        inputs._set_name(name, position, end=None if isinstance(value, str) else len(inputs))
    return SimpleNamespace(
        input=inputs,
        output=OutputFiles([str(folder / "out.tsv")]),
        params=Params(fromdict=params),
        wildcards=Wildcards(fromdict={"run": "SRR1", "other": "o"}),
        resources=ResourceList(fromdict={"timeout": 60, "tmpdir": "/tmp"}),
        threads=3,
        log=[str(folder / "logs/step.log")],
        rule="measure",
    )


def test_arguments_are_filled_by_name_and_type(tmp_path):
    assert arguments_of(main, job_of(tmp_path)) == {
        "counts": Path("counts.tsv"),
        "tpm": None,
        "reads": [Path("a.fastq"), Path("b.fastq")],
        "groups": Groups("y", "x"),
        "alpha": 0.05,
        "run": "SRR1",
        "timeout": 60,
        "threads": 3,
        "output": tmp_path / "out.tsv",
    }


def test_a_single_file_is_a_list_where_the_step_takes_several(tmp_path):
    assert arguments_of(main, job_of(tmp_path, reads="a.fastq"))["reads"] == [Path("a.fastq")]


@dataclass(frozen=True)
class Tables:
    """Files that a rule names one by one."""

    first: Path
    second: Path | None


def main_of_tables(*, reads: list[Path], groups: Groups, tables: Tables, more: Tables | None = None) -> None:
    """Take a dataclass from a param of its name, and others from the names of their fields."""


def test_a_dataclass_is_filled_from_what_the_rule_names_as_its_fields(tmp_path):
    job = job_of(tmp_path, counts=None, tpm=None, first="first.tsv", second=[])
    job.params = Params(fromdict={"test": "y", "reference": "x"})
    job.output = OutputFiles([])
    tables = Tables(Path("first.tsv"), None)
    filled = arguments_of(main_of_tables, job)
    assert filled == {
        "reads": [Path("a.fastq"), Path("b.fastq")],
        "groups": Groups("y", "x"),
        "tables": tables,
        "more": tables,
    }
    with pytest.raises(TypeError, match="does not name first, second, which"):
        arguments_of(
            main_of_tables, SimpleNamespace(**vars(job) | {"input": job_of(tmp_path, counts=None, tpm=None).input})
        )


def test_a_dataclass_that_may_be_none_is_none_where_all_its_files_are_absent(tmp_path):
    def main_of_one(*, reads: list[Path], tables: Tables | None) -> None:
        """Take files that a study may not have."""

    job = job_of(tmp_path, counts=None, tpm=None, first=[], second=[])
    job.params, job.output = Params(), OutputFiles([])
    assert arguments_of(main_of_one, job)["tables"] is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reads": None}, "does not name reads, which the step takes, and names nothing, which"),
        ({"reads": None, "read": "a.fastq"}, "does not name reads, .* and names read, which it does not take"),
        ({"alpha": "a.tsv"}, "names alpha twice"),
        ({"counts": ["a.tsv", "b.tsv"]}, "`counts` is 2 files, and the step takes one"),
        ({"counts": []}, "`counts` is 0 files, and the step takes one"),
    ],
)
def test_a_rule_that_does_not_fit_its_step_is_refused(tmp_path, changes, words):
    with pytest.raises(TypeError, match=words):
        arguments_of(main, job_of(tmp_path, **changes))


def test_a_script_runs_as_a_step_where_snakemake_has_told_it_of_a_job(tmp_path, monkeypatch):
    run(main)
    assert not list(tmp_path.iterdir())
    logs = []
    monkeypatch.chdir(tmp_path)
    for name in ("counts.tsv", "a.fastq", "b.fastq"):
        (tmp_path / name).write_text(name)
    monkeypatch.setitem(main.__globals__, "snakemake", job_of(tmp_path))
    monkeypatch.setattr(steps, "step", lambda log: nullcontext(logs.append(log)))
    run(main)
    assert (tmp_path / "said.txt").read_text() == "counts.tsv None y 0.05 SRR1"
    assert logs == [str(tmp_path / "logs/step.log")]
    made = read_record(tmp_path / "out.tsv")
    assert (made.rule, sorted(made.inputs)) == ("measure", ["a.fastq", "b.fastq", "counts.tsv"])
    assert made.sha256 == digest_of(tmp_path / "out.tsv")


def test_the_param_of_a_step_changes_when_its_outputs_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    output = tmp_path / "a.b.tsv"
    output.write_text("made")
    record_outputs([output], "measure", {})
    wildcards = Wildcards(fromdict={"run": "a", "part": "b"})
    values = []
    for text in ("made", "changed"):
        output.write_text(text)
        monkeypatch.setattr(ledger, "_LOOKED_AT", {})
        values.append(
            reason_to_run("1a2b", [f"{tmp_path}/{{run}}.{{part,[a-z]}}.tsv"], ["w/{run}"], look=True)(wildcards)
        )
    assert values == [{"digest": "1a2b", "again": number, "waited_for": ["w/a"]} for number in (0, 1)]
