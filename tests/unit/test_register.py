"""The claims register is complete and fits its gene sets, and a wrong one is refused with a message that names claim and key."""

import copy
import hashlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from claimcheck.claims.explanations import word_of
from claimcheck.claims.model import THREE_PRIME_BIAS
from claimcheck.claims.register import deviations, read_register
from claimcheck.claims.resolve import missing_sources, planned_genes, planned_sets
from claimcheck.core.errors import StudyError
from claimcheck.core.study import read_study
from support.archive import shared_data
from support.own import MEMBERS, REGISTER, SETS
from support.own import REGISTER_AS_DATA as CONTENT
from support.own import REGISTER_FILE as FILE

ROOT = Path(__file__).resolve().parents[2]
WORLDS = CONTENT["artefacts"]["worlds"]
REFERENCE = pd.read_csv(ROOT / "config/gene_sets/reference/bone_expression.tsv", sep="\t")
LCN2, SLC22A17, DKK1, SOST = "ENSMUSG00000026822", "ENSMUSG00000022199", "ENSMUSG00000024868", "ENSMUSG00000001494"


def read(folder, content, *, sets=SETS, members=MEMBERS, annotation=None):
    path = folder / "claims.yaml"
    text = content if isinstance(content, str) else yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False)
    path.write_text(text)
    return read_register(path, sets=sets, members=members, annotation=annotation)


def changed(claim=None, **changes):
    """Copy the shipped register; `a__b=value` sets key `b` of section `a` (or of a claim), None removes it."""
    content = copy.deepcopy(CONTENT)
    start = next(one for one in content["claims"] if one["id"] == claim) if claim else content
    for path, value in changes.items():
        *sections, key = path.split("__")
        part = start
        for section in sections:
            part = part.setdefault(section, {})
        if value is None:
            del part[key]
        else:
            part[key] = value
    return content


def with_gene(gene, symbol, families=()):
    """Add a gene to every set, or to every set of some families."""
    own = SETS if not families else SETS[SETS["family"].isin(families)]
    rows = pd.DataFrame({"set": own["set"], "gene_id": gene, "symbol": symbol})
    return pd.concat([MEMBERS, rows]).drop_duplicates(["set", "gene_id"])


def rows_of(claim, role="deciding", variant=None, members=MEMBERS):
    plan = planned_sets(REGISTER, SETS, members, REFERENCE)
    chosen = plan["primary"] if variant is None else plan["variant"] == variant
    return plan[(plan["claim"] == claim) & (plan["role"] == role) & chosen]


def symbols(rows):
    return set(rows["symbol"])


# the shipped register


def test_every_claim_of_the_design_is_there_once():
    expected = ["Q01", "Q02", *(f"C{n:02d}" for n in range(1, 19)), *(f"N{n:02d}" for n in range(1, 15))]
    assert sorted(REGISTER.claims) == sorted([*expected, *(f"X{n}" for n in range(1, 6))])
    assert REGISTER.confirmatory == tuple(f"C{n:02d}" for n in range(1, 19))


def test_every_statement_of_the_abstract_has_a_claim():
    about = {name for claim in REGISTER.claims.values() for name in claim.about}
    assert set(REGISTER.statements) == {"T", *(f"A{n}" for n in range(1, 11))}
    assert about == set(REGISTER.statements)


@pytest.mark.parametrize(
    ("claim", "kind", "direction", "threshold", "variant"),
    [
        ("C01", "equivalence", 0, 0.585, "full"),
        ("C02", "signed_set", -1, 0.10, "strip_marrow_muscle"),
        ("C03", "multi_source", 0, 0.20, "strip_marrow_muscle"),
        ("C04", "set", -1, 0.20, "strip_marrow_muscle"),
        ("C05", "intersection", 1, 0.32, "full"),
        ("C06", "signed_set", -1, 0.20, "strip_marrow_muscle"),
        ("C07", "noninferiority", 1, 0.20, "strip_marrow_muscle"),
        ("C08", "noninferiority", 1, 0.20, "strip_marrow_muscle"),
        ("C09", "signed_set", 1, 0.10, "strip_marrow_muscle"),
        ("C10", "set", -1, 0.20, "strip_marrow_muscle"),
        ("C11", "gene", -1, 0.585, "full"),
        ("C12", "gene", -1, 0.585, "full"),
        ("C14", "set", 1, 0.20, "full"),
        ("C15", "set", 1, 0.20, "full"),
        ("C16", "set", 1, 0.20, "full"),
        ("C17", "set", 0, 0.20, "full"),
        ("C18", "specificity", -1, 0.20, "strip_marrow_muscle"),
    ],
)
def test_claims_have_the_direction_and_threshold_of_the_design(claim, kind, direction, threshold, variant):
    found = REGISTER.claims[claim]
    assert (found.kind, found.direction, found.threshold, found.variant) == (kind, direction, threshold, variant)


def test_the_intersection_rests_on_its_members_alone():
    claim = REGISTER.claims["C13"]
    assert claim.members == ("C11", "C12")
    assert claim.threshold != claim.threshold  # NaN: no threshold of its own
    assert rows_of("C13").empty


def test_only_premises_block_and_bone_claims_need_both():
    needs = {name: REGISTER.claims[name].needs for name in REGISTER.confirmatory}
    both = {f"C{n:02d}" for n in range(6, 17)}
    assert {name for name in needs if needs[name] == ("Q01", "Q02")} == both
    assert {needs[name] for name in set(needs) - both} == {("Q01",)}


def test_grades_labels_and_named_vetoes_are_those_of_the_design():
    claims = REGISTER.claims
    assert claims["C05"].best_grade.startswith("consistent with")
    assert claims["C16"].best_grade == "transcripts consistent"
    assert claims["C09"].label == "inferred from refs"
    assert claims["C10"].label == "inferred"
    assert "handling" in claims["C04"].vetoes
    assert "muscle" in claims["C08"].vetoes
    assert all({"growth plate or region", "age"} <= set(claims[f"C{n}"].vetoes) for n in (11, 12, 14, 15, 16))
    of_sets = {claim.id for claim in claims.values() if claim.sets and claim.confirmatory and claim.id != "C13"}
    assert {name for name in of_sets if "degradation" not in claims[name].vetoes} == set()


def test_vetoes_say_by_how_much_a_panel_may_move_genes_and_sets():
    for name, stated in CONTENT["vetoes"].items():
        veto = REGISTER.vetoes[name]
        found = {
            "panels": list(veto.panels),
            "slope": {"gene": veto.slope_gene, "set": veto.slope_set, "signed_set": veto.slope_signed_set},
        }
        assert found | ({"reference": veto.reference} if veto.reference else {}) == stated
    assert REGISTER.vetoes["marrow"].reference == "log2_marrow_over_clean"
    assert REGISTER.vetoes["degradation"].panels == (THREE_PRIME_BIAS,)


def test_a_veto_that_states_no_slope_has_the_schema_s(tmp_path):
    veto = read(tmp_path, changed(vetoes__muscle__slope=None)).vetoes["muscle"]
    assert (veto.slope_gene, veto.slope_set, veto.slope_signed_set) == (1, 0.5, 0.25)


def test_without_a_procedure_all_claims_have_equal_shares(tmp_path):
    graph = read(tmp_path, changed(primary__procedure=None)).procedure
    own = {name for name in REGISTER.confirmatory if not REGISTER.claims[name].members}
    assert set(graph.nodes) == own | {"C08_changed"}
    weights = dict(zip(graph.nodes, graph.weights, strict=True))
    assert weights.pop("C08_changed") == 0
    assert list(weights.values()) == pytest.approx([1 / len(own)] * len(own))
    assert graph.edges.sum(axis=1) == pytest.approx(1)


def test_the_deleted_gene_is_tested_in_no_set_whatever_the_collection_holds():
    plan = planned_sets(REGISTER, SETS, with_gene(LCN2, "Lcn2"), REFERENCE)
    assert LCN2 not in set(plan["gene_id"])
    assert plan["gene_id"].str.fullmatch(r"ENSMUSG[0-9]{11}").all()


def test_the_receptor_counts_in_its_own_claim_alone():
    members = with_gene(SLC22A17, "Slc22a17", ["ferroptosis"])
    plan = planned_sets(REGISTER, SETS, members, REFERENCE)
    assert set(plan.loc[plan["gene_id"] == SLC22A17, "claim"]) == {"X2"}
    genes = planned_genes(REGISTER)
    assert set(genes.loc[genes["gene_id"] == SLC22A17, "claim"]) == {"C01"}


@pytest.mark.parametrize(("gene", "symbol"), [(DKK1, "Dkk1"), (SOST, "Sost")])
def test_claims_on_targets_and_bone_cells_leave_out_the_antagonists_they_would_repeat(gene, symbol):
    plan = planned_sets(REGISTER, SETS, with_gene(gene, symbol), REFERENCE)
    rows = plan[(plan["gene_id"] == gene) & plan["role"].isin(["deciding", "companion", "sensitivity", "shown"])]
    assert not {"C13", "C14", "C15", "C16"} & set(rows["claim"])


def test_genes_that_count_for_another_family_leave_the_sets_of_ferroptosis():
    ferrdb = ["Dkk1", "Ctnnb1", "Fzd7", "Gsk3b", "Myc", "Sdha", "Tfam", "Mfn1", "Cisd3", "Slc25a37", "Gpx4", "Nfs1"]
    ids = dict(zip(MEMBERS["symbol"], MEMBERS["gene_id"], strict=True))
    rows = pd.DataFrame({"set": "FERRDB_V2", "gene_id": [ids[name] for name in ferrdb], "symbol": ferrdb})
    described = pd.concat([SETS, SETS.iloc[[0]].assign(set="FERRDB_V2", family="ferroptosis")])
    plan = planned_sets(REGISTER, described, pd.concat([MEMBERS, rows]), REFERENCE)
    assert symbols(plan[(plan["run"] == "FERRDB_V2") & (plan["variant"] == "full")]) == {"Gpx4", "Nfs1"}


def test_stripping_marrow_loses_the_genes_named_in_the_design():
    full, stripped = (symbols(rows_of("C02", "sensitivity", variant)) for variant in ("full", "strip_marrow"))
    lost = "Alox12 Alox5 Tfrc Ncoa4 Slc38a1 Cybb Dpp4 Slc7a11 Gclc Gclm Gch1 Slc40a1 Fxn Glrx5 Mboat2"
    assert full - stripped == set(lost.split())
    assert len(full) == 37 + 49


def test_weights_are_those_of_the_design():
    rows = rows_of("C02", variant="full").set_index("symbol")["weight"]
    zero = "Tfrc Trf Slc11a2 Slc1a5 Dpp4 Cybb Slc7a11 Slc3a2 Nfe2l2 Acsl3 Gclm Gclc Txnrd1 Nqo1 Fth1 Ftl1 Slc40a1 Hspa5 Hspb1"
    assert set(rows.index[rows == 0]) == set(zero.split())
    assert (rows["Acsl4"], rows["Gpx4"]) == (1, -1)
    dynamics = rows_of("C09", variant="full").set_index("symbol")["weight"]
    assert set(dynamics.index[dynamics == 0]) == {"Oma1", "Yme1l1", "Mtfp1"}
    assert (dynamics["Mfn2"], dynamics["Dnm1l"]) == (1, -1)
    peroxidation = rows_of("C06", variant="full").set_index("symbol")["weight"]
    assert set(peroxidation.index[peroxidation < 0]) == {"Gpx4", "Aifm2", "Scd1", "Scd2"}
    assert len(peroxidation) == 11


def test_markers_that_other_claims_use_are_left_out_but_stay_in_the_companions():
    assert not symbols(rows_of("C04", variant="full")) & {"Tfrc", "Acsl4", "Slc7a11"}
    assert "Slc7a11" in symbols(rows_of("C04", "companion", "full"))


def test_the_muscle_variant_leaves_out_muscle_and_tissue_isoforms():
    isoforms = {"Cox4i2", "Cox6a2", "Cox6b2", "Cox7a1", "Cox8b", "Cox8c"}
    shown = planned_sets(REGISTER, SETS, MEMBERS, REFERENCE).query("claim == 'C08' and run == 'OXPHOS_CIV'")
    by_variant = {variant: symbols(rows) for variant, rows in shown.groupby("variant")}
    assert by_variant["full"] - by_variant["strip_marrow_muscle"] >= isoforms
    assert isoforms - {"Cox6b2"} <= by_variant["strip_marrow"]


def test_every_tested_set_can_be_tested_in_its_variant():
    plan = planned_sets(REGISTER, SETS, MEMBERS, REFERENCE)
    deciding = plan[plan["primary"] & plan["role"].isin(["deciding", "companion", "control"]) & (plan["weight"] != 0)]
    sizes = deciding.groupby(["claim", "run"]).size()
    assert sizes.min() >= REGISTER.rules.min_set_genes
    with_sets = {claim.id for claim in REGISTER.claims.values() if any(test.role == "deciding" for test in claim.sets)}
    assert {name for name, _ in sizes.index} == with_sets | {"C13", "C18"}


def test_a_test_is_decided_in_the_one_variant_that_its_claim_names():
    plan = planned_sets(REGISTER, SETS, MEMBERS, REFERENCE)
    assert set(plan["variant"]) == set(REGISTER.primary["variants"])
    decided = plan[plan["primary"]].groupby("claim")["variant"].unique()
    assert {name: list(found) for name, found in decided.items()} == {
        name: [REGISTER.claims[name].variant] for name in decided.index
    }


def test_every_gene_that_a_claim_names_was_measured_in_real_bone():
    path = shared_data("counts/bone_marrow_EMTAB5533/Osteocyte_enriched_RSEM_gene_counts.csv")
    measured = set(re.findall(r"ENSMUSG[0-9]{11}", path.read_text()))
    named = set(re.findall(r"ENSMUSG[0-9]{11}", "".join(line for line in FILE.open() if not line.startswith("#"))))
    assert len(named) > 60
    assert named <= measured


def test_sets_that_are_not_shipped_are_missing_sources_and_no_mistake():
    missing = missing_sources(REGISTER.claims["C03"], list(SETS["set"]))
    assert set(missing) == {"KEGG_MMU04216", "FERRDB_V2", "GO_FERROPTOSIS"}
    assert REGISTER.claims["C03"].at_least == 2


def test_the_artefacts_predict_what_the_design_says():
    columns = [
        "ferroptosis_drivers",
        "mitochondrially_encoded",
        "Dkk1",
        "Sost",
        "Wnt_targets",
        "osteoblast",
        "deleted_gene",
    ]
    worlds = {
        world["name"]: [word_of(world["predicts"][name]) for name in columns] for world in REGISTER.artefacts["worlds"]
    }
    assert list(worlds.values()) == [
        ["unchanged", "unchanged", "unchanged", "unchanged", "unchanged", "unchanged", "down"],
        ["down", "up", "up", "up", "up", "up", "down"],
        ["up", "down", "down", "down", "down", "down", "down"],
        ["unchanged", "up", "down", "down", "down", "down", "down"],
        ["unchanged", "unchanged", "down", "down", "up", "up", "down"],
        ["unchanged", "up", "unchanged", "unchanged", "down", "unchanged", "down"],
        ["down", "kept_or_up", "down", "down", "up", "up", "down"],
    ]
    assert REGISTER.lead == ("C11", "C12", "C13")


def test_the_shipped_configuration_is_the_primary_analysis():
    configuration = read_study(ROOT)
    assert deviations(REGISTER, configuration) == {}
    configuration["differential"]["min_count"] = 5
    del configuration["identity"]
    found = deviations(REGISTER, configuration)
    assert found["differential.min_count"] == (10, 5)
    assert found["identity.tissue.min_share"] == (0.8, None)


def test_the_example_at_the_head_of_the_file_is_a_valid_claim(tmp_path):
    lines = FILE.read_text().splitlines()
    start = lines.index("#   - id: C19")
    example = yaml.safe_load("\n".join(line.removeprefix("# ") for line in lines[start : start + 5]))
    register = read(tmp_path, changed(claims=[*CONTENT["claims"], *example]))
    claim = register.claims["C19"]
    assert (claim.kind, claim.direction, claim.threshold, claim.needs) == ("gene", 1, 0.585, ("Q01", "Q02"))


# any register


def test_the_digest_is_of_the_content_and_not_of_its_layout(tmp_path):
    layout = yaml.safe_dump(CONTENT, sort_keys=True, default_flow_style=None) + "# a comment\n"
    again = read(tmp_path, layout)
    assert again.digest == REGISTER.digest
    assert again.file_digest != REGISTER.file_digest
    assert REGISTER.file_digest == hashlib.sha256(FILE.read_bytes()).hexdigest()
    other = read(tmp_path, changed("C11", threshold=-0.5850001))
    assert other.digest != REGISTER.digest


def test_a_claim_takes_the_default_threshold_of_its_kind(tmp_path):
    for name, key in (("C11", "gene"), ("C15", "set"), ("C02", "signed_set"), ("C03", "set")):
        register = read(tmp_path, changed(name, threshold=None))
        assert register.claims[name].threshold == CONTENT["primary"]["thresholds"][key]


def test_a_register_is_frozen():
    with pytest.raises(AttributeError):
        REGISTER.claims["C11"].threshold = 0.1
    with pytest.raises(AttributeError):
        REGISTER.rules.alpha = 0.5


TWICE = [*CONTENT["claims"], CONTENT["claims"][2]]


@pytest.mark.parametrize(
    ("content", "where", "complaint"),
    [
        (changed(claims=TWICE), "claim C01, id", "two claims have the id C01"),
        (changed("C15", set="OSTEOBLASTS"), "claim C15, set", "no gene set OSTEOBLASTS"),
        (changed("C14", shown=["NOWHERE"]), "claim C14, shown", "no gene set NOWHERE"),
        (changed("C03", sources=["KEGG"]), "claim C03, sources", "no gene set KEGG"),
        (changed("C15", set="OXPHOS_CII"), "claim C15, set", "4 genes to test"),
        (changed("C15", zero_weight={SOST: "Sost"}), "claim C15", "unknown key `zero_weight`"),
        (changed("C02", zero_weight={SOST: "Sost"}), "claim C02, zero_weight", "in none of the parts"),
        (changed("C06", parts=[{"set": "LIPID_PEROX", "weight": 1}]), "claim C06, parts", "same weight"),
        (
            changed("C06", parts=[{"genes": {DKK1: "Dkk1"}, "weight": weight} for weight in (1, -1)]),
            "claim C06, parts",
            "Dkk1 has the weights 1 and -1",
        ),
        (changed("C09", parts=[{"set": "MITO_FUSION", "weight": 0.5}]), "claim C09, parts.0.weight", "0.5"),
        (changed("C11", gene={DKK1: "Sost"}), "claim C11, gene", f"{DKK1} is Dkk1, not Sost"),
        (changed("C11", gene={"ENSMUSG00000024886": "Dkk1"}), "claim C11, gene", f"Dkk1 has the id {DKK1}"),
        (changed("C11", gene={DKK1: "Dkk1", SOST: "Sost"}), "claim C11, gene", "gene"),
        (changed("C11", threshold=0.585), "claim C11, threshold", "does not fit the direction down"),
        (changed("C14", threshold=-0.2), "claim C14, threshold", "does not fit the direction up"),
        (changed("C17", threshold=-0.2), "claim C17, threshold", "direction either"),
        (changed("C12", threshold=0), "claim C12, threshold", "does not fit"),
        (changed("C12", threshold="large"), "claim C12, threshold", "large"),
        (changed("C08", margin=0.2), "claim C08, margin", "does not fit the direction not_lower"),
        (changed("C08", superiority=-0.2), "claim C08, superiority", "does not fit"),
        (changed("C01", margin=-0.585), "claim C01, margin", "-0.585"),
        (changed("C11", direction="lower"), "claim C11, direction", "lower"),
        (changed("C03", at_least=5), "claim C03, at_least", "at least 5 of 4"),
        (changed("C04", accompanied_by__at_least=3), "claim C04, accompanied_by", "at least 3 of 2"),
        (changed("C13", vetoes=["marrow"]), "claim C13, vetoes", "each with vetoes of its own"),
        (changed("C13", covariate=["QC_MUSCLE"]), "claim C13, covariate", "each with covariates of its own"),
        (
            changed("C13", accompanied_by={"sets": ["WNT_ANTAGONISTS"], "at_least": 1}),
            "claim C13, accompanied_by",
            "no threshold",
        ),
        (changed("C14", leading_edge__at_least=9), "claim C14, leading_edge", "at least 9 of 8"),
        (changed("C18", at_least=3), "claim C18, at_least", "at least 3 of 2"),
        (changed("C18", rivals=["OSTEOBLAST"]), "claim C18, rivals", "none of the controls"),
        (changed("C13", members=["C11", "C15"]), "claim C13, members", "C15 is no claim with a verdict above C13"),
        (changed("C13", members=["C11", "Q01"]), "claim C13, members", "Q01"),
        (changed("C13", covariate=["QC_MUSCLE"]), "claim C13, covariate", "the members decide"),
        (changed("C18", covariate=["QC_MUSCLE"]), "claim C18, covariate", "unknown key"),
        (changed("C13", members=None), "claim C13", "`members` is missing"),
        (changed("C11", about=["A11"]), "claim C11, about", "no statement A11"),
        (changed("C11", needs=["C12"]), "claim C11, needs", "C12 is no premise"),
        (changed("C11", vetoes=["fat"]), "claim C11, vetoes", "no veto fat"),
        (changed("C14", beyond__set="NOWHERE"), "claim C14, beyond", "no gene set NOWHERE"),
        (changed("C14", beyond__what=None), "claim C14, beyond", "`what` is missing"),
        (changed("C15", variant="strip"), "claim C15, variant", "no variant strip"),
        (changed("C15", statement="It is confirmed."), "claim C15, statement", "banned"),
        (changed("C15", kind="sets"), "claim C15, kind", "sets"),
        (changed("C15", thresold=0.1), "claim C15", "did you mean `threshold`"),
        (changed("N01", why=None), "claim N01", "`why` is missing"),
        (changed("N01", proxies__claims=["C99"]), "claim N01, proxies", "no claim C99"),
        (changed(statements__A12="Something."), "statements, A12", "no claim is about"),
        (changed(lead=["C77"]), "lead, C77", "no claim C77"),
        (
            changed(primary__configuration={"differential.min_cuont": 10}),
            "primary, configuration.differential.min_cuont",
            "did you mean `differential.min_count`",
        ),
        (changed(primary__axes={}), "primary.axes", "`axes` is a key of an earlier version"),
        (
            changed(primary__alternatives__low_cuont_filter=[5]),
            "primary.alternatives.low_cuont_filter",
            "did you mean `low_count_filter`",
        ),
        (changed(primary__alternatives__size_factors=["TMM"]), "primary.alternatives.size_factors.0", "'TMM'"),
        (changed(primary__alternatives__set_test=["GSVA"]), "primary.alternatives.set_test.0", "'GSVA'"),
        (changed(primary__alternatives__shrinkage=["ashr"]), "primary.alternatives.shrinkage.0", "'ashr'"),
        (
            changed(primary__alternatives__set_variant=["strip"]),
            "primary, alternatives.set_variant",
            "no variant strip",
        ),
        (changed(primary__verdict__k_weak=0.9), "primary, verdict.k_weak", "above k_supported"),
        (changed(primary__verdict__alpha=1.5), "primary.verdict.alpha", "1.5"),
        (changed(primary__verdict__alpha=None, primary__verdict__k_weak=2), "primary.verdict.k_weak", "2"),
        (changed(primary__variants__strip_marrow__sets=["QC_BONE"]), "primary, variants.strip_marrow", "QC_BONE"),
        (changed(vetoes__muscle__panels=["QC_MEAT"]), "vetoes, muscle", "QC_MEAT"),
        (changed(vetoes__muscle__slope__gene=0), "vetoes.muscle.slope.gene", "0"),
        (changed(vetoes__muscle__fires={"p_value": 0.1}), "vetoes.muscle", "`fires` is a key of an earlier version"),
        (changed(primary__procedure__weights__C11=0.9), "primary, procedure", "weights are 1.75 together"),
        (
            changed(primary__procedure__edges__C11={"C12": 0.6, "C14": 0.6}),
            "primary, procedure",
            "C11 are 1.2 together",
        ),
        (changed(primary__procedure__edges__C11={"C99": 0.5}), "primary, procedure", "C99, which has no weight"),
        (changed(primary__procedure__edges__C11={"C11": 0.5}), "primary, procedure", "leads to itself"),
        (changed(primary__procedure__weights__C11=-0.1), "primary.procedure.weights.C11", "-0.1"),
        (changed(primary__procedure__weights__N01=0), "primary, procedure.weights", "N01 is no claim that is tested"),
        (changed(primary__procedure__weights__C07_changed=0), "primary, procedure.weights", "C07_changed is no claim"),
        (
            changed(primary__procedure__edges__C01={"C08_changed": 0.5}),
            "primary, procedure",
            "C08_changed can be tested before C08",
        ),
        (
            changed(primary__removed=[{"why": "x", "families": ["iron"], "genes": {DKK1: "Dkk1"}}]),
            "primary, removed",
            "no family iron",
        ),
        (changed(artefacts__worlds=[{"name": "x", "explanation": "y", "predicts": {}}]), "artefacts, x", "differ in"),
        (
            changed(artefacts__worlds=[{**world, "predicts": {**world["predicts"], "horns": 1}} for world in WORLDS]),
            "artefacts, no effect",
            "differ in horns",
        ),
        (
            changed(artefacts__worlds=[world for world in WORLDS if "claimed" not in world]),
            "artefacts, worlds",
            "0 explanations are claimed",
        ),
        (changed(artefacts__worlds=[*WORLDS, WORLDS[0]]), "artefacts, worlds", "two explanations are called no effect"),
        (
            changed(artefacts__worlds=[world | ({"prior": 2} if "claimed" in world else {}) for world in WORLDS]),
            "artefacts, the paper's model",
            "a prior of its own",
        ),
        (
            changed(
                artefacts__worlds=[{**world, "predicts": {**world["predicts"], "Dkk1": "rises"}} for world in WORLDS]
            ),
            "artefacts.worlds.0.predicts.Dkk1",
            "'rises'",
        ),
        (changed(artefacts__pattern__size__least=9), "artefacts, pattern.size", "smallest size"),
        (changed(claims=None), "top level", "`claims` is missing"),
        (changed(claims=[]), "claims", "claims"),
        (["a"], "top level", "the file is a list"),
        ("claims: [\n", "claims.yaml, line 2", "cannot be read"),
        ("title: a\ntitle: b\n", "claims.yaml, line 1", "`title` stands twice"),
    ],
)
def test_a_wrong_register_names_file_claim_and_key(tmp_path, content, where, complaint):
    with pytest.raises(StudyError) as caught:
        read(tmp_path, content)
    assert str(tmp_path / "claims.yaml") in caught.value.where
    assert where in caught.value.where
    assert complaint in caught.value.what
    assert caught.value.expected
    assert caught.value.remedy


def test_a_gene_that_the_whole_reference_lacks_is_refused(tmp_path):
    content = changed("C11", gene={"ENSMUSG00000099999": "Abc1"})
    assert read(tmp_path, content).claims["C11"].genes[0].symbol == "Abc1"
    with pytest.raises(StudyError, match="the reference has no gene ENSMUSG00000099999"):
        read(tmp_path, content, annotation={LCN2: "Lcn2", "ENSMUSG00000028991": "Mtor"})


def test_a_study_without_gene_sets_can_still_claim_genes(tmp_path):
    nothing = {"sets": SETS.iloc[:0], "members": MEMBERS.iloc[:0]}
    small = {key: CONTENT["primary"][key] for key in ("tests", "thresholds", "verdict")} | {"variants": {"full": {}}}
    small["negative_controls"] = {
        key: value for key, value in CONTENT["primary"]["negative_controls"].items() if key != "housekeeping"
    }
    gene = {"id": "G1", "kind": "gene", "statement": "Abc1 rises.", "gene": {"X1": "Abc1"}, "direction": "up"}
    register = read(tmp_path, {"title": "Genes", "primary": small, "claims": [gene]}, **nothing)
    assert register.confirmatory == ("G1",)
    assert planned_sets(register, SETS.iloc[:0], MEMBERS.iloc[:0]).empty
    with pytest.raises(StudyError, match="no gene set"):
        read(tmp_path, CONTENT, **nothing)


def test_a_missing_register_says_what_to_do(tmp_path):
    with pytest.raises(StudyError, match="does not exist") as caught:
        read_register(tmp_path / "claims.yaml", sets=SETS, members=MEMBERS)
    assert "none" in caught.value.remedy


def test_no_gene_is_expected_to_rise_by_one_claim_and_to_fall_by_another():
    plan = planned_sets(REGISTER, SETS, MEMBERS, REFERENCE)
    expected = {}
    for row in plan[
        plan["primary"] & plan["role"].isin(["deciding", "companion"]) & (plan["weight"] != 0)
    ].itertuples():
        claim = REGISTER.claims[row.claim]
        stated = claim.companions_threshold if row.role == "companion" else np.nan
        way = claim.direction if np.isnan(stated) else np.sign(stated)
        if way and claim.kind != "multi_source":
            expected.setdefault(row.symbol, {})[row.claim, row.run] = row.weight * way
    for claim in REGISTER.claims.values():
        for gene in claim.genes:
            if gene.role == "deciding" and gene.direction and not gene.model:
                expected.setdefault(gene.symbol, {})[claim.id, "gene"] = gene.direction
    assert len(expected) > 200
    assert {gene: ways for gene, ways in expected.items() if len(set(ways.values())) > 1} == {}


@pytest.mark.parametrize("claim", [claim.id for claim in REGISTER.claims.values() if claim.companions_at_least])
def test_companions_are_tested_without_the_genes_that_decide_the_claim(claim):
    plan = planned_sets(REGISTER, SETS, MEMBERS, REFERENCE)
    members = [claim, *REGISTER.claims[claim].members]
    genes = planned_genes(REGISTER)
    own = set(plan.loc[plan["claim"].isin(members) & (plan["role"] == "deciding"), "gene_id"])
    own |= set(genes.loc[genes["claim"].isin(members) & (genes["role"] == "deciding"), "gene_id"])
    companions = plan[(plan["claim"] == claim) & (plan["role"] == "companion")]
    assert len(companions) > 20
    assert not own & set(companions["gene_id"])


def test_what_cannot_be_tested_names_the_assay_that_would():
    assert all(claim.assay for claim in REGISTER.claims.values() if claim.kind == "not_testable")
