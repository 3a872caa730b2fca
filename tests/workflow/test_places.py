"""The workflow runs wherever it lies, and as a part of another one."""

import json
import re
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest
import yaml

from support.counts import small_counts
from support.finished import copy_study
from support.studies import A_FEW_COUNTS, COUNTS_STUDY, ROOT, copy_workflow, planned_rules, run_workflow, write_study

SHEET = "sample\tcondition\na\tx\nb\tx\nc\ty\nd\ty\n"


@pytest.mark.whole_run
def test_a_path_with_a_space(tmp_path: Path) -> None:
    clone = copy_workflow(tmp_path / "my files" / "clone")
    venv.create(clone / ".venv", symlinks=True)
    packages = clone / ".venv/lib/python3.11/site-packages/those_of_the_tests.pth"
    packages.write_text(sysconfig.get_path("purelib"))
    study = write_study(tmp_path / "my files" / "study", COUNTS_STUDY, counts__tsv=A_FEW_COUNTS, sheet__tsv=SHEET)
    target = "results/samples/samples.tsv"
    completed = run_workflow(study, target, clone=clone, python=str(clone / ".venv/bin/python"))
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert (study / target).is_file()


USER = """
configfile: "all.yaml"

rule everything:
    input:
        "lines.txt",
        "results/provenance.json",

module claimcheck:
    snakefile: "../clone/workflow/Snakefile"
    config: config["rna"]

use rule * from claimcheck as claims_*

rule count_lines:
    input:
        "results/report/index.html",
    output:
        "lines.txt",
    shell:
        "wc -l {input} > {output}"
"""


@pytest.mark.whole_run
def test_another_workflow_uses_it_as_a_module(tmp_path: Path) -> None:
    copy_workflow(tmp_path / "clone")
    user = small_counts(tmp_path / "user", sex=[""] * 6)
    own = user / "config/config.yaml"
    (user / "all.yaml").write_text(yaml.safe_dump({"mine": 1, "rna": yaml.safe_load(own.read_text())}))
    own.unlink()
    (user / "Snakefile").write_text(USER)
    completed = run_workflow(user, clone=user)
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert "claims_write_report" in completed.stderr
    again = run_workflow(user, "-n", clone=user)
    assert "Nothing to be done" in again.stdout + again.stderr
    assert (user / "lines.txt").read_text().split()[1] == "results/report/index.html"
    outputs = json.loads((user / "results/provenance.json").read_text())["study"]["outputs"]
    assert outputs["results/counts/gene_counts.tsv"]["rule"] == "import_counts"


def test_a_module_knows_the_samples_of_an_archive_behind_its_checkpoint(tiny_study: Path, tmp_path: Path) -> None:
    study = copy_study(tiny_study, tmp_path / "study")
    lines = f"module claimcheck:\n    snakefile: {str(ROOT / 'workflow/Snakefile')!r}\n"
    lines += "\nuse rule * from claimcheck as claims_*\n\nrule everything:\n    input: 'results/provenance.json'\n"
    (study / "Snakefile").write_text(lines)
    assert planned_rules(study, study, "everything") == set()
    (study / "results/quantification/animal1/abundance.tsv").unlink()
    planned = planned_rules(study, study, "everything")
    assert {"claims_quantify_sample", "claims_import_abundances"} <= planned
    assert not {"claims_resolve_samples", "claims_scan_reads"} & planned


def test_a_module_finds_the_configuration_of_the_working_folder(tmp_path: Path) -> None:
    study = write_study(tmp_path, COUNTS_STUDY, counts__tsv=A_FEW_COUNTS, sheet__tsv=SHEET)
    module = f"module claimcheck:\n    snakefile: {str(ROOT / 'workflow/Snakefile')!r}\n\nuse rule * from claimcheck\n"
    (study / "Snakefile").write_text(module)
    completed = run_workflow(study, "-n", clone=study)
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert re.search(r"^compare_groups +1$", completed.stdout + completed.stderr, re.MULTILINE)


def test_a_module_that_is_fetched_file_by_file_is_told_to_be_cloned(tmp_path: Path) -> None:
    clone = copy_workflow(tmp_path / "clone")
    for command in ("init", "add .", "-c user.name=a -c user.email=a@example.org commit -m all", "tag v1"):
        subprocess.run(["git", "-C", str(clone), *command.split()], check=True, capture_output=True)
    study = write_study(tmp_path / "study", COUNTS_STUDY, counts__tsv=A_FEW_COUNTS, sheet__tsv=SHEET)
    fetched = f"gitfile({str(clone)!r}, path='workflow/Snakefile', tag='v1')"
    (study / "Snakefile").write_text(f"module claimcheck:\n    snakefile: {fetched}\n\nuse rule * from claimcheck\n")
    completed = run_workflow(study, "-n", clone=study)
    said = completed.stdout + completed.stderr
    assert completed.returncode == 1
    assert said.count("the workflow is not in a folder of this machine") == 1
    assert "clone the repository, and name its workflow/Snakefile" in said
    assert "Traceback" not in said
