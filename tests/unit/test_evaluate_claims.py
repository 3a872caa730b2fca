"""From files to files: a register of any size is evaluated, and what identifies it is written beside the verdicts."""

import copy
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

import evaluate_claims
from claimcheck.core.errors import StudyError
from claimcheck.core.study import read_configuration
from claimcheck.core.tables import read_table
from claimcheck.deseq2.design import Design
from support.own import REGISTER_AS_DATA as CONTENT
from support.tables import MODELLED, place_table
from support.worlds import GENE_SETS, NO_MEMBERS, NO_SETS, PAPER, REFERENCE, plant

SETS = sorted(GENE_SETS.glob("*.tsv"))
CONFIGURATION = {
    "design": {"covariates": "auto", "min_residual_df": 4},
    "differential": {"min_count": 10, "size_factors_without": {}},
    "gene_sets": {"min_size": 8},
    "identity": {"threshold": 0.585, "tissue": {"min_count": 10, "min_share": 0.8, "min_tpm": 1}},
}
TABLES = (
    "verdicts",
    "robustness",
    "specifications",
    "leave_one_out",
    "vetoes",
    "procedure",
    "artefacts",
    "pattern",
    "pattern_readouts",
    "controls",
    "members",
    "levels",
    "calibration",
)


@cache
def planted_paper():
    return plant(PAPER, animals=2)


def small_register(*claims: str, **primary) -> dict:
    """Keep some claims, and of the primary analysis what a register must have."""
    kept = [
        claim | ({} if claim["kind"] == "not_testable" else {"vetoes": [], "needs": []})
        for claim in CONTENT["claims"]
        if claim["id"] in claims
    ]
    for claim in kept:
        claim.pop("shown", None)
        claim.pop("sensitivity", None)
    needed = {name: CONTENT["primary"][name] for name in ("tests", "thresholds", "verdict")}
    few = {"random_sets": 0, "labellings": 4, "rotations": 1999, "false_support_warn": 0.05}
    needed["negative_controls"] = few | {"matching": {"nearest_genes": 100, "strengths": [0, 1], "trials": 50}}
    said = {name for claim in kept for name in claim["about"]}
    statements = {name: text for name, text in CONTENT["statements"].items() if name in said}
    return {"title": "A few claims", "statements": statements, "claims": kept, "primary": needed | primary}


def evaluated(
    folder: Path,
    register: dict,
    *,
    gene_sets: Sequence[Path] = SETS,
    reference: Path | None = None,
    variation: Path | None = None,
    libraries: Path | None = None,
    **changed,
):
    planted = planted_paper()
    data, study = planted.data, planted.study
    score, level = (
        table.rename_axis("sample").reset_index().melt("sample", var_name="panel", value_name=name)
        for name, table in (("score", data.panels), ("level", data.panel_levels))
    )
    long = score.merge(level, on=["sample", "panel"])
    tables = {
        "counts": data.counts.rename_axis("gene_id").reset_index(),
        "model": data.samples,
        "steps": pd.DataFrame({"covariate": ["sex", "none"], "chosen": [True, False]}),
        "genes": study.genes.assign(symbol=study.genes["gene_id"]),
        "gates": study.gates,
        "composition": long,
        "outcomes": study.outcomes,
        "outliers": pd.DataFrame({"sample": data.samples["sample"], "flagged": False}),
        "downloaded_sets": NO_SETS,
        "downloaded_members": NO_MEMBERS,
    }
    names = MODELLED | {
        "gates": "quality/gates",
        "composition": "quality/composition",
        "outcomes": "identity/outcome",
        "outliers": "quality/outliers",
        "downloaded_sets": "gene_sets/downloaded_sets",
        "downloaded_members": "gene_sets/downloaded_members",
    }
    (folder / "claims.yaml").write_text(yaml.safe_dump(register, sort_keys=False))
    outputs = {name: folder / f"results/claims/{name}.tsv" for name in (*TABLES, "set_tests", "gene_tests", "register")}
    evaluate_claims.main(
        claims=folder / "claims.yaml",
        gene_sets=gene_sets,
        reference_expression=reference,
        reference_variation=variation,
        transcripts=None,
        complete_reference=False,
        **{name: place_table(table, names[name], folder) for name, table in tables.items()},
        tpm=None,
        libraries=libraries,
        groups=Design("knockout", "control"),
        configuration=CONFIGURATION | changed,
        outputs=evaluate_claims.Outputs(**outputs),
    )
    return {name: read_table(path) for name, path in outputs.items()}


def test_a_register_with_neither_alternatives_nor_vetoes_nor_controls_is_evaluated(tmp_path):
    tables = evaluated(tmp_path, small_register("C11", "C14", "N03", variants={"full": {}}))
    verdicts = tables["verdicts"].set_index("claim")
    assert list(verdicts.index) == ["C11", "C14", "N03"]
    assert verdicts.at["C11", "verdict"] == "supported"
    assert verdicts.at["N03", "verdict"] == "not testable"
    assert set(tables["robustness"]["axis"]) >= {"primary", "leave one out"}
    assert len(tables["leave_one_out"]) == 2 * 8


def test_genes_alone_need_no_gene_sets(tmp_path):
    tables = evaluated(tmp_path, small_register("C11", "C12", variants={"full": {}}), gene_sets=[])
    assert (tables["verdicts"]["verdict"] == "supported").all()
    assert tables["set_tests"].empty
    assert len(tables["gene_tests"]) == 2


def test_the_pattern_is_weighed_where_the_reference_is_known_and_changes_no_verdict(tmp_path):
    artefacts = copy.deepcopy(CONTENT["artefacts"])
    of_claim = [name for name, one in artefacts["readouts"].items() if one.get("claim") not in (None, "C11", "C14")]
    for part in (artefacts["readouts"], *(world["predicts"] for world in artefacts["worlds"])):
        for name in of_claim:
            del part[name]
    register = small_register("C11", "C14", variants={"full": {}}) | {"artefacts": artefacts}
    without = evaluated(tmp_path, register)
    tables = evaluated(tmp_path, register, variation=REFERENCE.with_name("bone_animals.tsv"))
    assert without["pattern"].empty
    assert tables["pattern"]["posterior"].sum() == pytest.approx(1)
    assert list(tables["pattern_readouts"]["explanation"].drop_duplicates()) == list(tables["pattern"]["explanation"])
    pd.testing.assert_frame_equal(tables["verdicts"], without["verdicts"])


def test_the_registers_checksums_and_every_deviation_are_written(tmp_path):
    register = small_register("C11", variants={"full": {}}, configuration={"differential.min_count": 10})
    as_registered = evaluated(tmp_path, register)["register"].set_index("key")["value"]
    assert len(as_registered["digest"]) == len(as_registered["file_digest"]) == 64
    assert not any(key.startswith("deviation") for key in as_registered.index)
    other = {"differential": CONFIGURATION["differential"] | {"min_count": 5}}
    table = evaluated(tmp_path, register, **other)["register"].set_index("key")
    assert table.at["deviation: differential.min_count", "value"] == "5"
    assert table.at["digest", "value"] == as_registered["digest"]


def test_a_variant_by_a_reference_stops_without_the_reference(tmp_path):
    register = small_register("C14", variants={"full": {}, "thin": {"above": {"log2_marrow_over_clean": 1}}})
    with pytest.raises(StudyError, match="leaves out genes by log2_marrow_over_clean"):
        evaluated(tmp_path, register)
    assert len(evaluated(tmp_path, register, reference=REFERENCE)["verdicts"]) == 1


@pytest.mark.parametrize("key", ["claims", "gene_sets.reference_expression"])
def test_a_file_that_is_not_there_stops_the_study(tmp_path, key):
    (tmp_path / "counts.csv").write_text("gene,a\n")
    study = {
        "study": {"title": "A study"},
        "start_from": "counts",
        "counts": {"table": "counts.csv", "samples": "counts.csv"},
        "design": {"test": "a", "reference": "b"},
    }
    section, _, name = key.rpartition(".")
    study |= {section: {name: "nowhere.tsv"}} if section else {name: "nowhere.tsv"}
    with pytest.raises(StudyError, match=r"nowhere\.tsv does not exist"):
        read_configuration(study, folder=tmp_path)


def test_the_bias_of_coverage_of_the_libraries_is_asked_what_it_explains(tmp_path):
    register = small_register("C14", variants={"full": {}})
    register["vetoes"] = {"degradation": {"panels": ["three_prime_bias"]}}
    register["claims"][0]["vetoes"] = ["degradation"]
    samples = list(planted_paper().data.samples["sample"])
    measured = pd.DataFrame({"sample": samples, "n_subset": 9, "strandedness": "forward", "n_genes": 9})
    bias = measured.assign(three_prime_bias=[0.1 * n for n in range(len(samples))])
    libraries = place_table(bias, "quality/libraries", tmp_path)
    vetoes = evaluated(tmp_path, register, libraries=libraries)["vetoes"].set_index("veto")
    assert vetoes.at["degradation", "panel"] == "three_prime_bias"
    assert vetoes.at["degradation", "of"] == "WNT_TARGETS_T1"
    unmeasured = evaluated(tmp_path, register)["vetoes"]
    assert "degradation" not in set(unmeasured["veto"])
