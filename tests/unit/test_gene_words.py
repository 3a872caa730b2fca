"""A register that says its claims alone, and names genes by id, symbol or both: every word finds its gene or stops the study."""

import pandas as pd
import pytest
import yaml

from claimcheck.claims.register import read_register
from claimcheck.claims.requests import read_requests
from claimcheck.claims.resolve import readout_genes
from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import KnownGenes
from claimcheck.core.schemas import load_schema
from claimcheck.quantification.study_genes import study_genes

ABC1, ABC2 = "ENSMUSG00000000001", "ENSMUSG00000000002"
NAMES = f"gene_id\tsymbol\n{ABC1}\tAbc1\n{ABC2}\tAbc2\nENSMUSG00000000003\tTwin\nENSMUSG00000000004\tTwin\n"
NO_SETS = {
    "sets": pd.DataFrame(columns=["set", "family"]),
    "members": pd.DataFrame(columns=["set", "gene_id", "symbol"]),
}


def claim(**more):
    return {"id": "C1", "kind": "gene", "statement": "It falls.", "direction": "down", **more}


def register(folder, *claims, **more):
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump({"title": "A study", "claims": list(claims), **more}, sort_keys=False))
    return path


def requests(folder, gene, ids, names=NAMES, **more):
    counts = folder / "counts.csv"
    counts.write_text("gene,s1,s2\n" + "".join(f"{one},1,2\n" for one in ids))
    (folder / "sets").mkdir(exist_ok=True)
    if names:
        (folder / "sets/gene_names.tsv").write_text(names)
    curated = str(folder / "sets") if names else "none"
    study = {
        "start_from": "counts",
        "counts": {"table": str(counts), "folder": None, "genes": None},
        "gene_sets": {"curated": curated},
        "study": {"deleted_gene": None, "deleted_gene_symbol": ""},
        "quality": {},
        "identity": {},
    }
    return read_requests(
        register(folder, claim(gene=gene, **more)),
        curated=curated,
        reference_expression=None,
        counted=study_genes(study, {}),
    )


@pytest.mark.parametrize("gene", ["Abc1", ABC1, f"{ABC1}.12", {ABC1: "Abc1"}, {f"{ABC1}.3": "Abc1"}])
@pytest.mark.parametrize("version", ["", ".6"])
def test_a_gene_is_found_by_its_symbol_or_id_whatever_the_version(tmp_path, gene, version):
    assert requests(tmp_path, gene, [f"{ABC1}{version}", f"{ABC2}{version}"]).kept_genes == [ABC1]


@pytest.mark.parametrize("gene", ["Cdkn1a", {"Cdkn1a": "Cdkn1a"}])
def test_where_counts_have_symbols_for_ids_they_are_ids(tmp_path, gene):
    assert requests(tmp_path, gene, ["Cdkn1a", "Mdm2"], names="").kept_genes == ["Cdkn1a"]


def test_the_dot_of_other_ids_is_a_part_of_them(tmp_path):
    assert requests(tmp_path, "AT1G01010.1", ["AT1G01010.1", "AT1G01010.2"], names="").kept_genes == ["AT1G01010.1"]
    with pytest.raises(StudyError, match="no gene AT1G01010 is known"):
        requests(tmp_path, "AT1G01010", ["AT1G01010.1", "AT1G01010.2"], names="")


def test_lists_of_genes_may_be_of_words_too(tmp_path):
    found = requests(tmp_path, "Abc1", [ABC1, ABC2], shown_genes=["Abc2"])
    assert found.kept_genes == [ABC1, ABC2]


def test_words_are_genes_wherever_a_register_names_genes(tmp_path):
    parts = [{"weight": 1, "genes": ["Abc1"]}, {"weight": -1, "genes": [f"{ABC2}.5"]}]
    removed = [{"why": "it is elsewhere", "genes": ["Abc2"]}]
    composite = {"id": "C1", "kind": "signed_set", "statement": "It falls.", "direction": "down", "parts": parts}
    models = {"one": {"direction": "up", "genes": ["Abc1", ABC2]}}
    every = {"id": "C2", "kind": "intersection", "statement": "All rise.", "models": models, "threshold": 0.3}
    path = register(
        tmp_path,
        {**composite, "removed": ["Abc2"], "sensitivity": {"other": {"parts": parts, "zero_weight": ["Abc1"]}}},
        every,
        primary={"removed": removed},
        artefacts={
            "readouts": {"one": {"claim": "C1", "gene": "Abc1"}},
            "worlds": [{"name": "nothing", "explanation": "Nothing moves.", "predicts": {"one": 0}}],
        },
    )
    found = read_register(path, **NO_SETS, known=KnownGenes({ABC1: "Abc1", ABC2: "Abc2"}))
    deciding, other = found.claims["C1"].sets
    assert [part.genes for part in deciding.parts] == [(ABC1,), (ABC2,)]
    assert (deciding.removed, other.zero_weight) == ((ABC2,), (ABC1,))
    assert [gene.gene_id for gene in found.claims["C2"].genes] == [ABC1, ABC2]
    assert found.primary["removed"][0]["genes"] == {ABC2: "Abc2"}
    assert readout_genes(found) == (ABC1,)


@pytest.mark.parametrize(
    ("gene", "complaint"),
    [
        ("ABC1", "no gene ABC1 is known; did you mean `Abc1`"),
        ("Nowhere", "no gene Nowhere is known"),
        ("ENSMUSG00000000099", "no gene ENSMUSG00000000099 is known"),
        ("Twin", "the symbol Twin is that of 2 genes: ENSMUSG00000000003, ENSMUSG00000000004"),
    ],
)
def test_a_word_that_is_no_gene_or_several_stops(tmp_path, gene, complaint):
    with pytest.raises(StudyError, match=complaint) as caught:
        requests(tmp_path, gene, [ABC1])
    assert "claims.yaml, claim C1, gene" in str(caught.value)


def test_counts_with_other_ids_than_the_claims_stop(tmp_path):
    with pytest.raises(StudyError, match=r"the table of counts has no gene that .*claims\.yaml names"):
        requests(tmp_path, {ABC1: "Abc1"}, ["Abc1", "Abc2"], names="")


def test_without_counts_a_word_has_to_be_a_known_symbol_or_look_like_an_id(tmp_path):
    path = register(tmp_path, claim(gene=f"{ABC1}.2"))
    assert read_register(path, **NO_SETS, counted=frozenset()).claims["C1"].genes[0].gene_id == ABC1
    path = register(tmp_path, claim(gene="Abc1"))
    with pytest.raises(StudyError, match="no gene Abc1 is known"):
        read_register(path, **NO_SETS, counted=frozenset())
    named = read_register(path, **NO_SETS, known=KnownGenes({ABC1: "Abc1"}), counted=frozenset())
    assert (named.claims["C1"].genes[0].gene_id, named.claims["C1"].genes[0].symbol) == (ABC1, "Abc1")


def test_a_register_of_claims_alone_has_the_defaults_of_the_schema(tmp_path):
    found = read_register(register(tmp_path, claim(gene="Abc1")), **NO_SETS)
    keys = load_schema("claims.schema.yaml")["properties"]["primary"]["properties"]
    for section, values in (("verdict", vars(found.rules)), ("tests", vars(found.tests))):
        assert values == {name: key["default"] for name, key in keys[section]["properties"].items()}
    assert found.claims["C1"].threshold == keys["thresholds"]["properties"]["gene"]["default"]
    assert (found.vetoes, found.lead, found.artefacts, dict(found.statements)) == ({}, (), {}, {})
    assert found.alternatives("low_count_filter")


def test_defaults_are_a_part_of_what_the_checksum_is_of(tmp_path):
    alone = read_register(register(tmp_path, claim(gene="Abc1")), **NO_SETS).digest
    said = register(tmp_path, claim(gene="Abc1"), primary={"thresholds": {"gene": 0.585}})
    assert read_register(said, **NO_SETS).digest == alone
    other = register(tmp_path, claim(gene="Abc1"), primary={"thresholds": {"gene": 0.6}})
    assert read_register(other, **NO_SETS).digest != alone
