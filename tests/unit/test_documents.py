"""What the documents point at is there: files, headings, pages, keys, tables and targets."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from claimcheck.core.contracts import contracts
from claimcheck.core.schemas import check, load_schema
from support.studies import ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *PAGES,
    *(
        ROOT / folder / "README.md"
        for folder in ("benchmarks", "examples/p53", "config", "config/gene_sets", "results", "tests/reference")
    ),
]
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def anchors_of(path: Path) -> set[str]:
    """Name the headings as GitHub does: lower case, no punctuation, hyphens for spaces."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", LINK.sub("", heading).lower()).replace(" ", "-") for heading in headings}


def problems_of_link(document: Path, link: str) -> str:
    """Say what a relative link lacks, or nothing."""
    place, _, anchor = link.partition("#")
    target = (document.parent / place).resolve() if place else document
    if not target.exists():
        return f"{link}: no such file"
    if not target.is_relative_to(ROOT):
        return f"{link}: outside of the repository"
    return f"{link}: no such heading" if anchor and anchor not in anchors_of(target) else ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(FENCE.sub("", text_of(document))) if not re.match(r"https?://", link)]
    assert [problem for link in links if (problem := problems_of_link(document, link))] == []


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("docs/running.md", ""),
        ("docs/groups.md#if-the-study-stops", ""),
        ("docs/walking.md", "no such file"),
        ("docs/groups.md#if-it-stops", "no such heading"),
        ("..", "outside of the repository"),
    ],
)
def test_a_dead_link_is_found(link: str, problem: str) -> None:
    found = problems_of_link(ROOT / "README.md", link)
    assert found.endswith(problem) if problem else not found


def test_every_page_is_listed_in_the_readme() -> None:
    listed = set(LINK.findall(text_of(ROOT / "README.md")))
    assert [page.name for page in PAGES if f"docs/{page.name}" not in listed] == []


@pytest.fixture(scope="module")
def keys() -> set[str]:
    """List the keys of configuration and register, and those of earlier versions, which one page lists."""
    spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs/refresh.py")
    refresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(refresh)
    tables = f"{refresh.all_keys()}\n{refresh.defaults_of_a_register()}\n{refresh.former_keys()}"
    return set(re.findall(r"^\| `([^`]+)` \|", tables, re.MULTILINE))


def keys_named(text: str, keys: set[str]) -> list[str]:
    """Find what a text names as a key: words joined by dots, of which the first is a section, and which are no file."""
    words = [code.partition(":")[0] for code in CODE.findall(FENCE.sub("", text))]
    sections = {key.partition(".")[0] for key in keys}
    joined = [word for word in words if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", word)]
    return [word for word in joined if word.partition(".")[0] in sections and not word.endswith((".tsv", ".yaml"))]


@pytest.mark.parametrize("document", [ROOT / "README.md", *PAGES], ids=lambda path: path.name)
def test_keys_that_pages_name_exist(keys: set[str], document: Path) -> None:
    assert [key for key in keys_named(text_of(document), keys) if key not in keys] == []


def test_keys_are_found_in_a_text(keys: set[str]) -> None:
    text = "Set `design.covariates`, `archive.sra: none` and `design.covariate` in `samples.tsv`; `primary.tests.seed` stays."
    assert keys_named(text, keys) == ["design.covariates", "archive.sra", "design.covariate", "primary.tests.seed"]


def configurations_of(page: Path) -> list[dict[str, Any]]:
    """Read the examples of a page that are configurations, or parts of one."""
    sections = load_schema("config.schema.yaml")["properties"].keys()
    blocks = map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```", text_of(page), re.DOTALL | re.MULTILINE))
    return [block for block in blocks if block.keys() <= sections]


@pytest.mark.parametrize(
    ("page", "examples"),
    [("another-study", 1), ("counts", 4), ("quality", 1)],
)
def test_configurations_that_pages_show_are_valid(page: str, examples: int) -> None:
    shown = configurations_of(ROOT / f"docs/{page}.md")
    assert len(shown) == examples
    rest = {"study": {"title": "A study"}, "design": {"test": "mutant", "reference": "control"}}
    for example in shown:
        check(rest | example, load_schema("config.schema.yaml"), where=page)


@pytest.mark.parametrize("document", [ROOT / "README.md", *PAGES], ids=lambda path: path.name)
def test_tables_that_pages_name_exist(document: Path) -> None:
    known = {contract.path for contract in contracts().values()}
    named = re.findall(r"results/([\w/]+)\.tsv", text_of(document))
    assert [name for name in named if name not in known] == []


@pytest.mark.parametrize("document", [ROOT / "README.md", *PAGES], ids=lambda path: path.name)
def test_targets_that_pages_name_exist(document: Path) -> None:
    rules = "\n".join(text_of(path) for path in sorted((ROOT / "workflow/rules").glob("*.smk")))
    named = re.findall(r"snakemake --cores \d+ ([a-z_]+)\b", text_of(document))
    assert [name for name in named if not re.search(rf"^rule {name}:", rules, re.MULTILINE)] == []


def test_documents_that_messages_name_exist() -> None:
    code = [*sorted((ROOT / "workflow").rglob("*.py")), *sorted((ROOT / "workflow/schemas").glob("*.yaml"))]
    named = {name for path in code for name in re.findall(r"\b(?:docs|config)/[\w./-]+\.md\b", text_of(path))}
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_what_cluster_jobs_need_is_what_their_rules_say() -> None:
    rules = "\n".join(text_of(path) for path in sorted((ROOT / "workflow/rules").glob("*.smk")))
    parts = re.split(r"^ *(?:rule|checkpoint) (\w+):$", rules, flags=re.MULTILINE)
    needs = {
        name: tuple(
            found[0] for key in ("mem_mb", "runtime") if (found := re.findall(rf"{key}=growing\((\d+)\)", body))
        )
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }
    stated = {}
    for line in text_of(ROOT / "docs/cluster.md").splitlines():
        if cells := re.fullmatch(r"\| (.*`.*) \|.*\| (\d+) \| (\d+) \|", line):
            stated |= {name: cells.groups()[1:] for name in CODE.findall(cells[1])}
    assert stated == {name: need for name, need in needs.items() if need and name != "simulate_archive"}
