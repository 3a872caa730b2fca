"""The graph of jobs, without running one."""

import re
from pathlib import Path

from support.studies import A_FEW_COUNTS, COUNTS_STUDY, ROOT, run_workflow, write_study

SHEET = "sample\tcondition\na\tx\nb\tx\nc\ty\nd\ty\n"


def planned_jobs(folder: Path, *arguments: str) -> dict[str, int]:
    """Return the number of jobs of each rule that a dry run announces."""
    completed = run_workflow(folder, "-n", *arguments)
    assert completed.returncode == 0, completed.stderr[-3000:]
    rows = re.findall(r"^(\w+) +([0-9]+)$", completed.stdout + completed.stderr, re.MULTILINE)
    return {rule: int(count) for rule, count in rows}


def test_real_study_explains_itself() -> None:
    jobs = planned_jobs(ROOT)
    assert jobs["fetch_metadata"] == jobs["resolve_samples"] == jobs["write_report"] == 1
    sections = {"draw_quality", "draw_differential", "draw_genes", "draw_sets", "draw_claims", "draw_power"}
    assert {rule: count for rule, count in jobs.items() if rule.startswith("draw_")} == dict.fromkeys(sections, 1)
    assert jobs["measure_named_genes"] == 1
    assert "simulate_archive" not in jobs


def test_a_figure_of_an_unknown_set_stops_before_anything_runs(tmp_path: Path) -> None:
    heatmaps = {"bone": {"groups": [{"title": "osteoblast", "sets": ["OSTEOBLASTS"]}]}}
    study = write_study(
        tmp_path, COUNTS_STUDY | {"report": {"heatmaps": heatmaps}}, counts__tsv=A_FEW_COUNTS, sheet__tsv=SHEET
    )
    completed = run_workflow(study, "-n")
    assert completed.returncode != 0
    message = completed.stdout + completed.stderr
    assert "no gene set is called OSTEOBLASTS" in message
    assert "report.heatmaps.bone" in message


def defined_in(text: str) -> set[str]:
    """Return the names that a rules file gives at its top level: assigned, defined or imported."""
    named = set(re.findall(r"(?m)^(\w+)(?::[^=\n]+)? = ", text)) | set(re.findall(r"(?m)^def (\w+)", text))
    imported = re.findall(r"(?m)^(?:from \S+ )?import (\([^)]+\)|.+)$", text)
    return named | {name.split()[-1] for part in imported for name in re.findall(r"\w+(?: as \w+)?", part)}


def test_rules_use_no_name_of_another_file_but_common() -> None:
    texts = {}
    for path in sorted((ROOT / "workflow/rules").glob("*.smk")):
        without_docstring = path.read_text().split('"""', 2)[2]
        texts[path.stem] = re.sub(r"(?m)#.*$", "", without_docstring)
    common = defined_in(texts.pop("common"))
    assert {"FROM_ARCHIVE", "read_files", "StudyError"} <= common
    defined = {name: defined_in(text) - common for name, text in texts.items()}
    assert {"CAPTIONS", "CAPTIONS_FOLDER", "write_captions"} <= defined["figures"]
    shared = {
        f"{user}: {name} of {owner}"
        for owner, names in defined.items()
        for user, text in texts.items()
        for name in names - defined[user]
        if user != owner and re.search(rf"(?<![\w.\"'/]){name}\b(?! ?=[^=])", text)
    }
    assert shared == set()


def test_common_rules_stay_small() -> None:
    assert len((ROOT / "workflow/rules/common.smk").read_text().splitlines()) < 135


def test_demo_begins_with_its_simulation() -> None:
    jobs = planned_jobs(ROOT / "demo")
    assert jobs.get("simulate_archive", 1) == 1


def test_counts_need_no_reads(tmp_path: Path) -> None:
    table = "gene\ta\tb\tc\td\ng1\t1\t2\t3\t4\n"
    jobs = planned_jobs(write_study(tmp_path, COUNTS_STUDY, counts__tsv=table, sheet__tsv=SHEET))
    of_reads = {
        "fetch_metadata",
        "fetch_transcripts",
        "quantify_sample",
        "scan_reads",
    }
    of_sets = {"rank_sets", "calibrate_sets", "draw_sets", "draw_genes", "draw_claims", "measure_named_genes"}
    assert not (of_reads | of_sets) & set(jobs)
    assert jobs["compare_groups"] == jobs["assess_samples"] == jobs["assess_identity"] == jobs["gate_counts"] == 1
    assert jobs["total"] == 19


def test_power_is_planned_without_data_or_network() -> None:
    assert planned_jobs(ROOT, "power") == {"measure_power": 1, "draw_power": 1, "power": 1, "total": 3}


def test_verifying_plans_nothing_else() -> None:
    assert planned_jobs(ROOT / "demo", "verify", "--config", "manifest=theirs.json") == {"verify": 1, "total": 1}
