"""No number that decides stands in code: those that stand there are listed here, with the reason that they decide nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow/scripts"
ROOMS = ("qc", "claims", "deseq2", "gene_sets")
MODULES = [path for room in ROOMS for path in sorted((SCRIPTS / "claimcheck" / room).rglob("*.py"))]
STEPS = sorted(SCRIPTS.glob("*.py"))

REVIEWED = {
    "a property of a published method, named where it stands": [
        "deseq2/levels.PRIOR_COUNT",
        "deseq2/dataset.LEAST_PRIOR_VARIANCE",
        "deseq2/design.LEAST_AMOUNTS",
        "deseq2/accounting.TUNING",
        "deseq2/dispersions.TREND_START",
        "deseq2/dispersions.LEAST_FITTED",
        "deseq2/dispersions.NEAR",
        "deseq2/glm.RIDGE",
        "deseq2/inference.__init__.min_mu",
        "deseq2/inference.irls.min_beta",
        "deseq2/inference.irls.max_beta",
        "deseq2/inference.irls.maxiter",
        "gene_sets/tests/camera._LEAST_VARIANCE",
        "qc/exons.PSEUDO_DEPTH",
        "qc/projection.TREND_GENES",
        "qc/projection.TREND_MIN_MEAN",
    ],
    "fewer cannot be estimated from": [
        "claims/vetoes._DOUBLING",
        "deseq2/filtering.MIN_GENES",
        "deseq2/methods.MIN_CONTROL_GENES",
        "qc/projection._MIN_TREND_GENES",
        "qc/similarity.LEAST_ANIMALS",
    ],
    "steps and tolerances of numerical work": [
        "claims/evidence._SMALLEST_P",
        "claims/vetoes._LEAST_DIFFERENCE",
        "claims/graph.ROUNDING",
        "deseq2/dispersions.FIRST_STEP",
        "deseq2/dispersions.TOLERANCE",
        "deseq2/dispersions.MAX_TREND_FITS",
        "deseq2/dispersions.MAX_ITERATIONS",
        "deseq2/shrinkage.MAX_STEPS",
        "deseq2/shrinkage.MAX_HALVINGS",
        "deseq2/shrinkage.MAX_DOUBLINGS",
        "deseq2/shrinkage.LONGEST_STEP",
        "deseq2/shrinkage.DECREMENT",
        "deseq2/shrinkage.NOISE",
        "gene_sets/tests/limma._SMALLEST_P",
        "gene_sets/tests/rotation._LEAST_VARIATION",
        "gene_sets/tests/rotation._NODES",
        "gene_sets/tests/rotation._DEGREE",
        "gene_sets/tests/rotation._LARGEST_LOG",
    ],
    "draws that an exact answer is approximated with": [
        "claims/vetoes.CHANCE_DRAWS",
        "gene_sets/labellings._MOST_LISTED",
        "qc/composition.MAX_RELABELLINGS",
        "qc/similarity._SIMULATED",
        "calibrate_sets._ALL",
    ],
    "memory and time, and no result": [
        "scan_reads.PROGRESS_READS",
        "deseq2/inference.__init__.block_size",
        "gene_sets/tests/rotation.BLOCK_VALUES",
        "gene_sets/tests/rotation.rotation_test.block_values",
        "gene_sets/published/fetch.Fetcher.pause",
        "fetch_collections.main.timeout",
        "fetch_collections.main.pause",
    ],
    "a bound on hostile input, or the layout of a format": [
        "gene_sets/published/gene_ontology._GAF_CELLS",
    ],
    "what is printed": [
        "claims/power._SECONDS",
        "deseq2/accounting.LEVELS",
        "gene_sets/published/lock._SHOWN",
        "print_power.WIDEST",
        "print_samples.WIDEST",
    ],
    "the sign of a word": ["claims/checks._SIGNS", "claims/register.DIRECTIONS", "claims/model.CHANGED"],
    "what a claim has that asks for nothing, or evidence that nothing is missing from": [
        "claims/evidence.Conclusion.n_genes",
        "claims/evidence.Conclusion.share_detected",
        "claims/false_support._ENOUGH",
        "claims/model.Claim.direction",
        "claims/model.Claim.at_least",
        "claims/model.Claim.companions_at_least",
        "claims/model.Claim.leading_edge_at_least",
    ],
}
"""Numbers by their module and name: constants, fields and arguments with a default."""


def holds_number(node: ast.expr | None, constants: frozenset[str] = frozenset()) -> bool:
    """Tell whether an expression has a number in it, or one of the constants that do."""
    return node is not None and any(
        (isinstance(part, ast.Constant) and type(part.value) in (int, float))
        or (isinstance(part, ast.Name | ast.Attribute) and getattr(part, "id", getattr(part, "attr", "")) in constants)
        for part in ast.walk(node)
    )


def assigned(statements: list[ast.stmt]) -> Iterator[tuple[str, ast.expr | None]]:
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=value):
                yield from ((ast.unparse(name), value) for name in names)
            case ast.Assign(targets=targets, value=value):
                yield from ((ast.unparse(target), value) for target in targets)
            case ast.AnnAssign(target=target, value=value):
                yield ast.unparse(target), value


def is_data(value: ast.expr) -> bool:
    """Leave out what is put together of other things, whose numbers are places in them."""
    return not any(isinstance(part, ast.Subscript | ast.Starred | ast.comprehension) for part in ast.walk(value))


def numbers_of(tree: ast.Module, constants: frozenset[str]) -> Iterator[str]:
    """List the names of constants, fields and arguments that are numbers, `constants` being those of other modules."""
    found = {
        name for name, value in assigned(tree.body) if value is not None and is_data(value) and holds_number(value)
    }
    yield from sorted(found)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            fields = assigned(node.body)
            yield from (f"{node.name}.{name}" for name, value in fields if holds_number(value, constants | found))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args]
            defaults = [*zip(arguments[::-1], node.args.defaults[::-1], strict=False)]
            defaults += [*zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
            yield from (
                f"{node.name}.{argument.arg}" for argument, value in defaults if holds_number(value, constants | found)
            )


def all_numbers() -> set[str]:
    trees = {path: ast.parse(path.read_text()) for path in [*MODULES, *STEPS]}
    constants = frozenset(
        name
        for path in sorted((SCRIPTS / "claimcheck").rglob("*.py"))
        for name, value in assigned(ast.parse(path.read_text()).body)
        if name.isupper() and holds_number(value)
    )
    return {
        f"{path.relative_to(SCRIPTS).with_suffix('').as_posix().removeprefix('claimcheck/')}.{name}"
        for path, tree in trees.items()
        for name in numbers_of(tree, constants)
    }


def test_every_number_with_a_name_is_reviewed() -> None:
    reviewed = [name for names in REVIEWED.values() for name in names]
    assert len(set(reviewed)) == len(reviewed)
    found = all_numbers()
    assert sorted(found - set(reviewed)) == [], "a number that decides belongs into the register or the configuration"
    assert sorted(set(reviewed) - found) == [], "the list names what is gone"


WITHOUT_NAME = {
    "what is printed": ["claimcheck/qc/gates.py: abs(value) < 1000"],
    "tolerance of R's glm and of DESeq2's trend": [
        "claimcheck/deseq2/dispersions.py: abs(deviance - old) / (abs(deviance) + 0.1) < 1e-08",
        "claimcheck/deseq2/dispersions.py: (np.log(coefficients / old) ** 2).sum() < 1e-06",
    ],
    "limma's trigammaInverse": [
        "claimcheck/gene_sets/tests/limma.py: value > 10000000.0",
        "claimcheck/gene_sets/tests/limma.py: value < 1e-06",
        "claimcheck/gene_sets/tests/limma.py: -step / y > 1e-08",
    ],
    "a fold change that does not vary": ["claimcheck/deseq2/differential.py: shrunken[high].std() < 1e-06"],
}
"""Comparisons with a number that has no name."""


@pytest.mark.parametrize("path", [*MODULES, *STEPS], ids=lambda path: path.stem)
def test_nothing_is_compared_with_a_number_without_a_name(path: Path) -> None:
    found = [
        f"{path.relative_to(SCRIPTS)}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare)
        and any(
            isinstance(part, ast.Constant) and type(part.value) in (int, float) and part.value not in range(5)
            for side in (node.left, *node.comparators)
            for part in ([side.operand] if isinstance(side, ast.UnaryOp) else [side])
        )
    ]
    assert sorted(set(found) - {one for reviewed in WITHOUT_NAME.values() for one in reviewed}) == []


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("LIMIT = 3.5", ["LIMIT"]),
        ("_A, B = -1, 2", ["B", "_A"]),
        ("LIMIT = 2 ** 16", ["LIMIT"]),
        ("def f(a, *, limit: float = 0.999): ...", ["f.limit"]),
        ("def f(limit=OTHER): ...", ["f.limit"]),
        ("def f(limit=(1, 2)): ...", ["f.limit"]),
        ("class C:\n    limit: float = 3.0", ["C.limit"]),
        ("NAMES = ('a', 'b')\ndef f(flag=True, name='', nothing=None): ...", []),
    ],
)
def test_a_new_number_is_seen(code: str, names: list[str]) -> None:
    assert sorted(numbers_of(ast.parse(code), frozenset({"OTHER"}))) == names
