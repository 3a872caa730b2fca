"""Sets are tested in every variant of the register, and stand in the ranking where their effects say."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

import rank_sets
from claimcheck.claims.requests import read_requests, standard_tests
from claimcheck.core.contracts import contracts
from claimcheck.core.errors import StudyError
from claimcheck.core.standards import Levels
from claimcheck.core.tables import read_table
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.filtering import filter_genes
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.gene_sets.comparison import ModelFiles
from support.tables import MODELLED, place_table
from support.worlds import GENE_SETS, NO_MEMBERS, NO_SETS, PAPER, REFERENCE, ROOT, plant

SETTINGS = {
    "curated": str(GENE_SETS),
    "families": ["ferroptosis", "wnt"],
    "ranked_biotypes": ["protein_coding"],
    "min_size": 8,
    "max_size": 500,
    "rotations": 499,
    "seed": 1,
}


@cache
def paper():
    return plant(PAPER, animals=2)


def ranked(folder, *, claims=ROOT / "config/claims.yaml", reference=REFERENCE, **changes):
    planted = paper()
    data, genes = planted.data, planted.study.genes
    filtered = filter_genes(data.counts, data.samples, min_count=10, keep=set(data.gene_ids))
    steps = pd.DataFrame({"covariate": ["sex", "none"], "chosen": [True, False]})
    tables = {
        "genes": genes.assign(symbol=genes["gene_id"]),
        "counts": data.counts.rename_axis("gene_id").reset_index(),
        "model": data.samples,
        "steps": steps,
        "size_factors": estimate_size_factors(filtered, data.composition_genes),
    }
    outputs = {name: folder / f"results/gene_sets/{name}.tsv" for name in ("sets", "tests", "running_sums")}
    requests = read_requests(claims, curated=SETTINGS["curated"], reference_expression=reference)
    rank_sets.main(
        files=ModelFiles(**{name: place_table(table, MODELLED[name], folder) for name, table in tables.items()}),
        transcripts=None,
        gene_sets=list(GENE_SETS.glob("*.tsv")),
        left_out=requests.left_out,
        downloaded_sets=place_table(NO_SETS, "gene_sets/downloaded_sets", folder),
        downloaded_members=place_table(NO_MEMBERS, "gene_sets/downloaded_members", folder),
        groups=Design("knockout", "control"),
        settings={**SETTINGS, **changes},
        deleted_gene="ENSMUSG00000026822",
        least_correlation=requests.tests["least_correlation"],
        levels=Levels(**requests.tests["levels"]),
        **outputs,
    )
    return {name: read_table(path) for name, path in outputs.items()}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return ranked(tmp_path_factory.mktemp("ranked"))


def test_tests_have_their_columns_and_effects_as_planted(found):
    tests = found["tests"]
    assert list(tests) == contracts()["gene_sets/tests"].names
    full = tests[tests["variant"] == "full"].set_index("set")
    assert full.at["WNT_TARGETS_T1", "effect"] == pytest.approx(1.0, abs=0.35)
    assert full.at["WNT_TARGETS_T1", "p_rotation_up"] < 0.01
    assert full.at["FERRO_MARKERS", "p_rotation_down"] < 0.01
    assert (np.sign(full["effect"]) == np.sign(full["nes"])).mean() > 0.8
    assert (full["ci95_low"] < full["effect"]).all()
    assert (full["effect"] < full["ci95_high"]).all()


def test_variants_of_the_register_are_smaller_and_running_sums_those_of_full_sets(found):
    sizes = found["tests"].pivot(index="set", columns="variant", values="n_genes")
    assert list(sizes) == ["full", "strip_marrow", "strip_marrow_muscle"]
    assert (sizes["strip_marrow"].dropna() <= sizes["full"].reindex(sizes.index[sizes["strip_marrow"].notna()])).all()
    assert sizes.at["WP4313_MOUSE", "strip_marrow"] < sizes.at["WP4313_MOUSE", "full"]
    full = found["tests"][found["tests"]["variant"] == "full"].set_index("set")["n_genes"]
    assert found["running_sums"].groupby("set").size().to_dict() == full.to_dict()


def test_without_a_register_sets_are_tested_whole(tmp_path):
    tests = ranked(tmp_path, claims=None, reference=None)["tests"]
    assert set(tests["variant"]) == {"full"}


def test_variants_need_the_reference_that_they_leave_genes_out_by(tmp_path):
    with pytest.raises(StudyError, match="leaves out genes by log2_marrow_over_clean"):
        ranked(tmp_path, reference=None)


def test_the_seed_decides_and_nothing_else(tmp_path, found):
    first, again, other = found["tests"], *(ranked(tmp_path / str(seed), seed=seed)["tests"] for seed in (1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["p_rotation_up"].equals(other["p_rotation_up"])
    pd.testing.assert_series_equal(first["effect"], other["effect"])


def test_what_claims_ask_for_does_not_change_with_their_numbers(tmp_path):
    text = (ROOT / "config/claims.yaml").read_text()
    asked = {"curated": str(GENE_SETS), "reference_expression": REFERENCE}
    shipped = read_requests(ROOT / "config/claims.yaml", **asked)
    stricter = tmp_path / "claims.yaml"
    stricter.write_text(text.replace("k_supported: 0.8", "k_supported: 0.9"))
    assert stricter.read_text() != text
    of_stricter = read_requests(stricter, **asked)
    assert of_stricter._replace(wanted={}) == shipped._replace(wanted={})
    assert list(of_stricter.wanted.values()) == list(shipped.wanted.values())
    assert {"ENSMUSG00000024868", "ENSMUSG00000001494"} <= set(shipped.kept_genes)
    assert shipped.left_out["full"] == []
    assert set(shipped.left_out["strip_marrow"]) < set(shipped.left_out["strip_marrow_muscle"])
    assert read_requests(None, **asked)[:4] == ([], {"full": []}, standard_tests(), [])
    assert read_requests(None, **asked).explored == []
