"""Steps are forks of one process that has loaded their libraries, and end as processes of their own would."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.studies import ROOT
from support.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux alone")

SNAKEFILE = """
from claimcheck.core.forks import fork_steps

rule all:
    input: expand("{name}.txt", name=NAMES)

rule other:
    output: "other.txt"
    script: "others/other.py"

rule step:
    output: "{name}.txt"
    benchmark: "{name}.tsv"
    script: "others/../scripts/{wildcards.name}.py"

onstart:
    from pathlib import Path
    fork_steps(Path("scripts").absolute())
"""
WRITE = (
    "import counted, os, tempfile\nopen(snakemake.output[0], 'w').write(f'{os.getppid()} {tempfile.gettempdir()}')\n"
)
SCRIPTS = {
    "one": f"if 'snakemake' in globals():\n    exec({WRITE!r})\nimport counted\n",
    "two": f"import counted\nif 'snakemake' in globals():\n    exec({WRITE!r})\n",
    "status": "if 'snakemake' in globals():\n    raise SystemExit(3)\n",
    "words": "if 'snakemake' in globals():\n    raise SystemExit('said in the end')\n",
    "broken": "import a_module_that_is_not_there\n",
    "killed": "import os, signal\nif 'snakemake' in globals():\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "slow": f"import time\nif 'snakemake' in globals():\n    open('began', 'w').close(); time.sleep(2)\n    exec({WRITE!r})\n",
}


def start(folder: Path, *names: str, options: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Start a run of the named scripts."""
    (folder / "scripts").mkdir()
    for name in SCRIPTS.keys() & set(names):
        (folder / f"scripts/{name}.py").write_text(SCRIPTS[name])
    (folder / "others").mkdir()
    (folder / "others/other.py").write_text(f"import sys; sys.modules['counted'] = sys\n{WRITE}")
    (folder / "library").mkdir()
    (folder / "library/counted.py").write_text(f"with open({str(folder / 'imports')!r}, 'a') as f: f.write('once')\n")
    (folder / "Snakefile").write_text(f"NAMES = {names!r}\n{SNAKEFILE}")
    paths = f"{ROOT / 'workflow/scripts'}{os.pathsep}{folder / 'library'}"
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "2", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_steps_import_once_and_each_end_stays_its_own(tmp_path: Path) -> None:
    run = start(
        tmp_path, *list(SCRIPTS)[:6], "other", options=("--keep-going", "--default-resources", f"tmpdir='{tmp_path}'")
    )
    said, _ = run.communicate(timeout=120)
    assert run.returncode == 1
    other, _ = (tmp_path / "other.txt").read_text().split()
    parents = {(tmp_path / f"{name}.txt").read_text() for name in ("one", "two")}
    assert len(parents) == 1
    parent, folder = parents.pop().split()
    assert int(parent) not in (run.pid, int(other))
    assert not is_running(int(parent))
    assert folder == str(tmp_path)
    assert (tmp_path / "imports").read_text() == "once"
    assert "returned non-zero exit status 3" in said
    assert said.count("said in the end") == 1
    assert said.count("No module named 'a_module_that_is_not_there'") == 1
    assert "died with <Signals.SIGKILL: 9>" in said
    measured = [(tmp_path / f"{name}.tsv").read_text().splitlines() for name in ("one", "two")]
    assert all(lines[0].startswith("s\th:m:s\tmax_rss") and float(lines[1].split("\t")[0]) < 60 for lines in measured)
    assert said.count("Error in rule step") == 4


def test_importing_the_scripts_of_steps_does_nothing_and_starts_no_threads(tmp_path: Path) -> None:
    scripts = ROOT / "workflow/scripts"
    code = (
        f"import os, runpy, sys\nsys.path.append({str(scripts)!r})\n"
        f"for path in {sorted(map(str, scripts.glob('*.py')))!r}: runpy.run_path(path)\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_killed_leaves_no_process_once_its_step_has_ended(tmp_path: Path) -> None:
    run = start(tmp_path, "slow")
    wait_until((tmp_path / "began").exists)
    run.send_signal(signal.SIGKILL)
    run.wait()
    written = tmp_path / "slow.txt"
    wait_until(lambda: written.exists() and written.read_text())
    parent = int(written.read_text().split()[0])
    wait_until(lambda: not is_running(parent))
