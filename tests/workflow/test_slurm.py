"""The tiny study through a Slurm of two nodes, from the archive to the page."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from support import tiny
from support.archive import serve
from support.finished import finish_tiny_study, port_of, write_tiny_study
from support.results import checksums
from support.studies import ROOT, run_workflow

TWO_NODES = ROOT / "tests/support/two_nodes.sh"
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "srun", "munged", "setpriv", "unshare")

# The machine of the tests is no cluster to be spared: ask more often. It has no accounting, so squeue is asked.
IN_A_HURRY = (
    *("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2"),
    *("--max-jobs-per-timespan", "20/1s", "--latency-wait", "10"),
)

ONCE = ("index_transcripts", "import_abundances", "assess_samples", "compare_groups", "record_inputs", "export_results")


def obstacle() -> str:
    """Say what a Slurm on this host lacks; nothing, if it can be started."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        return f"needs {', '.join(missing)} (Debian: slurm-wlm, munge)"
    if not importlib.util.find_spec("snakemake_executor_plugin_slurm"):
        return "needs the extra slurm: uv run --extra slurm pytest"
    if os.geteuid():
        return "needs root, for namespaces and Slurm's daemons"
    inside = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--mount-proc", "true"], check=False)
    return "needs the right to make namespaces (unshare)" if inside.returncode else ""


pytestmark = [
    pytest.mark.whole_run,
    pytest.mark.skipif(bool(reason := obstacle()), reason=reason),
    pytest.mark.timeout(1800),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the cluster's files."""
    return tmp_path_factory.mktemp("slurm")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the study on this machine: one whose archive no other test serves meanwhile."""
    folder = tmp_path_factory.mktemp("here") / "study"
    finish_tiny_study(folder)
    return folder


@pytest.fixture(scope="module")
def study(cluster: Path, here: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster") / "study"
    snakemake = [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm", "--directory", str(folder)]
    with serve(tiny.tiny_archive(), port_of(here)) as archive:
        write_tiny_study(folder, archive)
        completed = subprocess.run(
            [str(TWO_NODES), str(cluster), *snakemake, *IN_A_HURRY],
            cwd=ROOT,
            capture_output=True,
            check=False,
            text=True,
            timeout=1700,
        )
    assert completed.returncode == 0, completed.stderr[-5000:]
    return folder


def jobs_of(cluster: Path) -> list[dict[str, str]]:
    """Return what the controller knows of each job."""
    lines = (cluster / "jobs.txt").read_text().splitlines()
    return [dict(re.findall(r"(\w+)=(\S*)", line)) for line in lines]


def test_the_page_is_there_and_every_job_completed_on_one_of_both_nodes(study: Path, cluster: Path) -> None:
    assert (study / "results/report/index.html").is_file()
    jobs = jobs_of(cluster)
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    assert set(Counter(job["NodeList"] for job in jobs)) == {"n1", "n2"}
    log = (cluster / "log/slurmctld.log").read_text()
    assert log.count("WEXITSTATUS 0") == len(jobs)


def test_what_takes_seconds_or_asks_the_network_was_not_submitted(study: Path, cluster: Path) -> None:
    submitted = Counter(re.sub(r"^rule_|_wildcards.*", "", job["Comment"]) for job in jobs_of(cluster))
    per_sample = dict.fromkeys(("quantify_sample", "scan_reads"), len(tiny.RUNS))
    assert submitted == {**per_sample, **dict.fromkeys(ONCE, 1)}


def test_each_job_asked_for_the_memory_and_time_of_its_rule(study: Path, cluster: Path) -> None:
    asked = {job["Comment"]: (job["MinMemoryNode"], job["TimeLimit"]) for job in jobs_of(cluster)}
    assert asked["rule_index_transcripts"] == ("4000M", "01:00:00")
    assert asked["rule_record_inputs"] == ("1000M", "04:00:00")


def test_a_local_run_makes_the_same_bytes_and_finds_nothing_else_to_do(study: Path, here: Path) -> None:
    planned = run_workflow(study, "-n")
    assert "Nothing to be done" in planned.stdout + planned.stderr
    assert checksums(study / "results") == checksums(here / "results")
