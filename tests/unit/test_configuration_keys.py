"""Every key of the configuration does something: changed, it changes what a rule tells its step, which uses it, or is refused."""

import ast
import copy
import functools
import itertools
import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor

import pytest

from claimcheck.core.dependencies import files_of_steps
from claimcheck.core.schemas import load_schema
from claimcheck.core.study import read_study
from support.configuration_keys import prepare, walk
from support.studies import A_FEW_COUNTS, COUNTS_STUDY, ROOT, write_study

WORKFLOW = ROOT / "workflow"
SCRIPTS = WORKFLOW / "scripts"

# Walking the schema.


def resolved(schema, definitions):
    while "$ref" in schema:
        schema = {**definitions[schema["$ref"].rpartition("/")[2]], **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


def leaves(schema, definitions, place=()):
    """List (place, schema) of all leaves: of lists and of names that a study chooses, `*`; genes are one leaf."""
    schema = resolved(schema, schema.get("$defs", definitions))
    definitions = schema.get("$defs", definitions)
    named, items = schema.get("additionalProperties"), schema.get("items")
    if "properties" in schema:
        for key, part in schema["properties"].items():
            yield from leaves(part, definitions, (*place, key))
    elif isinstance(named, dict) and schema.get("title") != "genes" and schema.get("type") == "object":
        yield from leaves(named, definitions, (*place, "*"))
    elif isinstance(items, dict) and "properties" in resolved(items, definitions):
        yield from leaves(items, definitions, (*place, "*"))
    else:
        yield place, schema


LEAVES = dict(leaves(load_schema("config.schema.yaml"), {}))
del LEAVES["files",]  # gone when the files are joined
# tests/unit/test_comparisons.py tells what these change: each comparison is a study of its own, and one that the workflow writes
LEAVES = {
    place: rule for place, rule in LEAVES.items() if place[:2] != ("design", "comparisons") and place != ("parent",)
}

AT_ONCE = 60
"""Keys that one process looks at before it takes others."""

# Studies in which the keys say something, and what may stand there in place of what does.

OF_COUNTS = {("counts",), ("design", "factor"), ("quality", "library_size"), ("study", "published_results")}
PATTERNED = {
    "study": {"title": "patterns", "bioproject": "PRJNA1"},
    "reference": {"transcripts": "https://example.org/transcripts.fa"},
    "samples": {"patterns": {"y": ["KO"], "x": ["WT"]}},
    "design": {"test": "y", "reference": "x"},
}
ACCEPTED = {"quality": {"accepted": [{"gate": "duplicate", "scope": "a and b", "reason": "they are twins"}]}}
OTHERS = {
    "study.bioproject": ["PRJNA1"],
    "counts.table": ["config/copy.tsv"],
    "counts.samples": ["config/others.tsv"],
    "design.factor": ["group"],
    "counts.genes": ["config/names.tsv"],
    "design.samples.*": ["b"],
    "design.interaction.factor": ["line"],
    "design.interaction.test": ["het"],
    "design.interaction.reference": ["het"],
    "transcripts.folder": ["copies"],
    "transcripts.samples": ["config/copy.tsv"],
    "transcripts.genes": ["config/sheet.tsv"],
    "reference.extra": [["https://example.org/spike_ins.fa"]],
    "identity.other_source.panel": ["QC_MUSCLE"],
    "identity.tissue.panel": ["QC_MUSCLE"],
    "quality.shares.*.sets": [["QC_MUSCLE"]],
    "study.deleted_gene_symbol": ["NGAL"],
    "study.published_results.file": ["config/published_copy.tsv"],
    "study.published_results.gene": ["symbol"],
    "study.published_results.log2_fold_change": ["lfc"],
    "study.published_results.adjusted_p": ["fdr"],
    "collections.sources.*.enabled": [True, False],
    "gene_sets.curated": ["config/../config/gene_sets"],
    "gene_sets.reference_expression": ["config/../config/gene_sets/reference/bone_expression.tsv"],
    "gene_sets.reference_variation": ["config/../config/gene_sets/reference/bone_animals.tsv"],
    "report.gene_forest.*.sets": [["HOUSEKEEPING_NEG"]],
    "report.heatmaps.*.groups.*.scores": [["QC_MUSCLE"]],
    "report.butterflies.*.left.set": ["HOUSEKEEPING_NEG"],
    "report.butterflies.*.right.set": ["HOUSEKEEPING_NEG"],
    "report.butterflies.*.beside": ["full", "strip_marrow", "strip_marrow_muscle"],
    "simulation.archive.study_accession": ["PRJNA0000002"],
}
"""Values of keys that only few others are allowed for."""
REFUSED = {"start_from", "counts.folder", "counts.column"}
"""Keys that no other value is allowed for as long as the others stay as they are."""


def study_of(place):
    """Name the study in which a key is changed."""
    by_place = {"simulation": "simulated", "counts": "counts"} | {".".join(key): "counts" for key in OF_COUNTS}
    by_place |= {
        "samples.patterns": "patterned",
        "transcripts": "transcripts",
        "quality.share_without_gene": "transcripts",
        "design.samples": "crossed",
        "design.interaction": "crossed",
    }
    return by_place.get(place[0], by_place.get(".".join(place[:2]), "real"))


def transcripts_study(folder):
    """Write a study of transcripts whose files are all there twice."""
    for place in ("quants", "copies"):
        for sample in "abcd":
            (folder / place / sample).mkdir(parents=True)
            (folder / place / sample / "quant.sf").touch()
    sheet = "sample\tcondition\na\tx\nb\tx\nc\ty\nd\ty\n"
    given = {"folder": "quants", "samples": "config/sheet.tsv", "genes": "config/copy.tsv"}
    configuration = {key: value for key, value in COUNTS_STUDY.items() if key != "counts"}
    configuration |= {"start_from": "transcripts", "transcripts": given}
    return write_study(folder, configuration, sheet__tsv=sheet, copy__tsv=sheet)


def crossed_study(folder):
    """Write a study of two tissues, each with two samples of every genotype, by two names, and treatment."""
    cells = itertools.product("ab", ("wt", "null", "het"), "xy", "12")
    rows = [(f"{''.join(cell)}", *cell) for cell in cells]
    sheet = "sample\ttissue\tgenotype\tline\tcondition\n" + "".join(
        f"{name}\t{tissue}\t{genotype}\t{genotype}\t{condition}\n" for name, tissue, genotype, condition, _ in rows
    )
    counts = "gene\t" + "\t".join(row[0] for row in rows) + "\nG1" + "\t5" * len(rows) + "\n"
    interaction = {"factor": "genotype", "test": "null", "reference": "wt"}
    design = COUNTS_STUDY["design"] | {"samples": {"tissue": "a"}, "interaction": interaction}
    return write_study(folder, COUNTS_STUDY | {"design": design}, sheet__tsv=sheet, counts__tsv=counts)


def studies_in(folder):
    """Write the studies; return folder and complete configuration of each."""
    names = "gene_id\tsymbol\nG1\tAbc\n"
    sheet = "sample\tcondition\tgroup\tage\na\tx\tx\t8\nb\tx\ty\t9\nc\ty\tx\t8\nd\ty\ty\t9\n"
    tables = {"counts__tsv": A_FEW_COUNTS, "copy__tsv": A_FEW_COUNTS, "sheet__tsv": sheet, "others__tsv": sheet}
    published = "gene_id\tsymbol\tlog2FoldChange\tlfc\tpadj\tfdr\nG1\tAbc\t1\t0.5\t0.01\t0.02\n"
    tables |= {"names__tsv": names, "published__tsv": published, "published_copy__tsv": published}
    of_paper = {"study": COUNTS_STUDY["study"] | {"published_results": {"file": "config/published.tsv"}}}
    counts = write_study(folder / "counts", COUNTS_STUDY | of_paper, **tables)
    folders = {"real": ROOT, "simulated": ROOT / "demo", "counts": counts}
    folders["patterned"] = write_study(folder / "patterned", PATTERNED)
    folders["crossed"] = crossed_study(folder / "crossed")
    folders["transcripts"] = transcripts_study(folder / "transcripts")
    found = {name: (path, read_study(path)) for name, path in folders.items()}
    found["real"][1]["quality"] |= ACCEPTED["quality"]
    return found


def others(value, schema):
    """List other values that may be allowed in a leaf's place."""
    if "enum" in schema:
        return [other for other in schema["enum"] if other != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        found = [value * 1.1, value * 0.9, value + 1, value / 2]
        found = [int(number) if schema.get("type") == "integer" else number for number in found]
        return [number for number in found if number != value]
    if isinstance(value, list):
        longer = [[*value[:-1], value[-1] + 1]] if value and isinstance(value[-1], int | float) else []
        return [*longer, value[1:], value[::-1], [*value, "OTHER"], [*value, ["ENSMUSG00000000001"]]]
    return ["other", f"{value}x", "0" * 64, ["other"], ["ENSMUSG00000000001"], 7, 0.1, "none"]


def set_at(content, place, value):
    """Return a configuration with another value at a place, of what a study names the first; and the value that was there."""
    content = copy.deepcopy(content)
    part = content
    for number, step in enumerate(place):
        key = step if step != "*" else 0 if isinstance(part, list) else next(iter(part))
        if number + 1 == len(place):
            before = part[key] if isinstance(part, list) else part.get(key)
            part[key] = value
        else:
            part = part[key]
    return content, before


@pytest.fixture(scope="module")
def reached(tmp_path_factory):
    """Say of every key what it changes; the studies are read side by side."""
    studies = studies_in(tmp_path_factory.mktemp("studies"))
    asked = {name: [] for name in studies}
    for place, schema in LEAVES.items():
        base = studies[study_of(place)][1]
        values = OTHERS.get(".".join(place)) or others(set_at(base, place, None)[1], schema)
        asked[study_of(place)].append((place, [set_at(base, place, value)[0] for value in values]))
    parts = [
        (*studies[name], keys[start : start + AT_ONCE])
        for name, keys in asked.items()
        for start in range(0, len(keys), AT_ONCE)
    ]
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawned, initializer=prepare) as pool:
        return {
            place: changed for found in pool.map(walk, *zip(*parts, strict=True)) for place, changed in found.items()
        }


# What a step does with what it is told.


def named_in(tree):
    """List what code names: strings, attributes, arguments of functions, fields."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Attribute(attr=name) | ast.arg(arg=name) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name


@functools.cache
def named_in_step(script):
    """List what a script, all that it imports, and the entries of figures name."""
    figures = [f"claimcheck/figures/{path.name}" for path in SCRIPTS.glob("claimcheck/figures/*.py")]
    start = (script, *figures) if script == "draw_section.py" else (script,)
    files = files_of_steps(SCRIPTS, {script: start})[script]
    return {name for path in files if path.suffix == ".py" for name in named_in(ast.parse(path.read_text()))}


PRINTED = {
    place for path in WORKFLOW.glob("report/*.j2") for place in re.findall(r"settings\.([\w.]+)", path.read_text())
}
"""What the page's templates read of the configuration."""


PUT_TOGETHER = {"female_set": "_set", "male_set": "_set"}
"""What code names of keys that it puts together, such as f"{sex}_set"."""


def is_used(key, script, said):
    """Tell whether a step names a key of a group that it is told, or is told its value alone; all else is used by Snakemake."""
    if not said.startswith("group "):
        return True
    return PUT_TOGETHER.get(key, key) in named_in_step(script)


@pytest.mark.whole_run
@pytest.mark.parametrize("place", LEAVES, ids=".".join)
def test_every_key_changes_what_a_step_uses_or_is_refused(place, reached):
    name, key = ".".join(place), next(part for part in reversed(place) if part != "*")
    changed = reached[place]
    if name in REFUSED:
        assert changed is None, f"{name} can be changed: it is to be looked at as all others are"
        return
    assert changed is not None, (
        f"every other value of {name} that was tried is refused: write one that is allowed to OTHERS"
    )
    assert changed or name in PRINTED, f"{name} changes nothing"
    used = [one for one in changed if is_used(key, *one[1:])]
    assert used or name in PRINTED, f"nothing uses {name} in {sorted(changed)}"


FILES_BY_OTHER_MEANS = {
    "quantify_sample": {"run_info"},  # kallisto writes it beside the abundances
}


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.py")), ids=lambda path: path.stem)
def test_a_step_uses_all_that_it_is_told(script):
    mains = [
        node for node in ast.parse(script.read_text()).body if isinstance(node, ast.FunctionDef) and node.name == "main"
    ]
    for main in mains:
        arguments = {argument.arg for argument in [*main.args.args, *main.args.kwonlyargs]}
        read = {node.id for node in ast.walk(main) if isinstance(node, ast.Name)}
        assert arguments - read == FILES_BY_OTHER_MEANS.get(script.stem, set())


def test_a_key_of_a_group_must_be_named_by_the_step_that_is_told_the_group():
    assert is_used("false_flags", "assess_samples.py", "group quality")
    assert not is_used("false_flags", "choose_design.py", "group quality")
    assert not is_used("unread", "assess_samples.py", "group quality")
