"""A step depends on its script, on what that imports, wherever the import stands, and on the schemas and templates it names."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from claimcheck.core import contracts
from claimcheck.core.dependencies import digest_of_tables, digests_of_steps, files_of_steps

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow/scripts"

STARTS = {"draw": ["draw.py"], "count": ["count.py"]}
NESTED = """
    match late:
        case 1:
            import lib.matched
        case _:
            try:
                late()
            except ValueError:
                import lib.handled
            else:
                with late:
                    import lib.managed
"""
"""Imports wherever a statement can stand."""
FILES = {
    "scripts/draw.py": "from lib.figures import (\n    points,  # of (x, y)\n)\nfrom lib import text as words\n",
    "scripts/count.py": "import lib.counts\n\ndef main():\n    from lib.lazy import late\n" + NESTED,
    "scripts/lib/__init__.py": "",
    "scripts/lib/text.py": "",
    "scripts/lib/lazy.py": "",
    "scripts/lib/counts.py": 'import lib.text\nSCHEMA = "counts.schema.yaml"\n',
    "scripts/lib/matched.py": "",
    "scripts/lib/handled.py": "",
    "scripts/lib/managed.py": "",
    "scripts/lib/unused.py": "",
    "scripts/lib/figures/__init__.py": "from .style import colour\n",
    "scripts/lib/figures/style.py": "from .. import text\nfrom ..settings import size\n",
    "scripts/lib/figures/points.py": '"""Shows page.html."""\nimport numpy\nTEMPLATE = "page.html"\n',
    "scripts/lib/settings.py": "",
    "schemas/counts.schema.yaml": "$ref: units.schema.yaml\n",
    "schemas/units.schema.yaml": "",
    "report/page.html": '{% include "part.html" %}',
    "report/part.html": "",
    "report/other.html": "",
}
DRAW = {
    "scripts/draw.py",
    "scripts/lib/__init__.py",
    "scripts/lib/text.py",
    "scripts/lib/figures/__init__.py",
    "scripts/lib/figures/style.py",
    "scripts/lib/figures/points.py",
    "scripts/lib/settings.py",
    "report/page.html",
    "report/part.html",
}
COUNT = {
    "scripts/count.py",
    "scripts/lib/__init__.py",
    "scripts/lib/text.py",
    "scripts/lib/lazy.py",
    "scripts/lib/matched.py",
    "scripts/lib/handled.py",
    "scripts/lib/managed.py",
    "scripts/lib/counts.py",
    "schemas/counts.schema.yaml",
    "schemas/units.schema.yaml",
}


@pytest.fixture
def workflow(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture(scope="module")
def needed_by():
    """Find what every script of this workflow needs."""
    return files_of_steps(SCRIPTS, {path.name: [path.name] for path in SCRIPTS.glob("*.py")})


def test_imports_and_names_of_files_are_followed(workflow):
    found = {
        step: {path.relative_to(workflow).as_posix() for path in files}
        for step, files in files_of_steps(workflow / "scripts", STARTS).items()
    }
    assert found == {"draw": DRAW, "count": COUNT}


def test_what_pythons_own_parser_finds_is_found():
    paths = [path.relative_to(SCRIPTS) for path in SCRIPTS.rglob("*.py")]
    found = files_of_steps(SCRIPTS, {str(path): [str(path)] for path in paths})
    for path in paths:
        parsed = [
            node for node in ast.walk(ast.parse((SCRIPTS / path).read_text())) if isinstance(node, ast.ImportFrom)
        ]
        names = {str(node.module).replace(".", "/") for node in parsed}
        own = {SCRIPTS / f"{name}{end}" for name in names for end in (".py", "/__init__.py")} & {
            SCRIPTS / one for one in paths
        }
        assert own <= found[str(path)], path


def test_a_step_depends_on_the_modules_that_it_imports_by_name(workflow):
    starts = {"named": ["count.py", "lib/figures/points.py"]}
    found = files_of_steps(workflow / "scripts", starts)["named"]
    drawing = DRAW - {"scripts/draw.py"}
    assert {path.relative_to(workflow).as_posix() for path in found} == COUNT | drawing
    with pytest.raises(KeyError):
        files_of_steps(workflow / "scripts", {"named": ["count.py", "lib/figures/absent.py"]})


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_changes_the_digests_of_its_dependents_alone(workflow, name):
    before = digests_of_steps(workflow / "scripts", STARTS)
    with (workflow / name).open("a") as stream:
        stream.write("\n")
    after = digests_of_steps(workflow / "scripts", STARTS)
    changed = {step for step in after if after[step] != before[step]}
    assert changed == {step for step, files in (("draw", DRAW), ("count", COUNT)) if name in files}


def test_a_workflow_elsewhere_has_the_same_digests(workflow, tmp_path_factory):
    before = digests_of_steps(workflow / "scripts", STARTS)
    elsewhere = workflow.rename(tmp_path_factory.mktemp("elsewhere") / "moved")
    assert digests_of_steps(elsewhere / "scripts", STARTS) == before


@pytest.mark.parametrize(
    ("script", "needed"),
    [
        ("quantify_sample.py", "scripts/claimcheck/quantification/kallisto.py"),
        ("assess_samples.py", "scripts/claimcheck/deseq2/size_factors.py"),
        ("evaluate_claims.py", "schemas/claims.schema.yaml"),
        ("fetch_collections.py", "schemas/collections.schema.yaml"),
        *(
            ("write_report.py", f"report/{name}")
            for name in ("first.html.j2", "figures.yaml", "page.css", "page.js", "references.yaml")
        ),
    ],
)
def test_steps_of_this_workflow(needed_by, script, needed):
    assert SCRIPTS.parent / needed in needed_by[script]


@pytest.mark.parametrize(
    ("module", "scripts"),
    [
        ("read_scans/integrity.py", {"scan_reads.py"}),
        ("page/captions.py", {"write_report.py"}),
        ("claims/verdicts.py", {"calibrate_sets.py", "evaluate_claims.py", "measure_power.py"}),
        ("figures/ordination.py", set()),  # but for the section that names it
    ],
)
def test_a_module_is_needed_by_these_steps_of_this_workflow_alone(needed_by, module, scripts):
    assert {script for script, files in needed_by.items() if SCRIPTS / "claimcheck" / module in files} == scripts


def test_a_step_depends_on_the_tables_that_its_rule_names_and_on_no_other(monkeypatch):
    pattern = "results/quality/exons/{sample}.tsv"

    def closed_over(wildcards):
        return pattern.format(sample=wildcards.sample)

    named = {
        "path": "results/quality/exons/{sample}.tsv",
        "file": "elsewhere/results/quality/exons/S1.tsv",
        "constant": lambda wildcards: [f"{run}results/quality/exons/S1.tsv" for run in ("", "./")],
        "closure": closed_over,
        "list": ["results/quality/exons/{sample}.tsv"],
        "none": "results/quality/reads.tsv",
    }
    before = {name: digest_of_tables(item) for name, item in named.items()}
    entries = contracts.contracts()
    entry = entries["quality/exons/{sample}"]
    fewer = replace(entry, columns=entry.columns[:-1])
    monkeypatch.setattr("claimcheck.core.contracts.contracts", lambda: entries | {entry.path: fewer})
    assert {name for name, item in named.items() if digest_of_tables(item) != before[name]} == set(named) - {"none"}
    reworded = replace(entry, meaning="another", columns=tuple(replace(one, meaning="x") for one in entry.columns))
    monkeypatch.setattr("claimcheck.core.contracts.contracts", lambda: entries | {entry.path: reworded})
    assert {name: digest_of_tables(item) for name, item in named.items()} == before


def test_the_list_of_tables_is_no_code(needed_by):
    files = needed_by["write_report.py"]
    assert "contracts.py" in {path.name for path in files}
    assert contracts.TABLES not in files


def test_no_other_figure_and_no_entry_is_code_of_what_draws_a_section(needed_by):
    names = {path.name for path in needed_by["draw_section.py"]}
    assert "sections.py" in names
    assert not names & {"figures.yaml", "ordination.py", "claims_input.py", "register.py"}
