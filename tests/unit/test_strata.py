"""Which samples of a study are compared, and when it must stop."""

from typing import Any

import pandas as pd
import pytest
from test_genotype import STUDY, rules_for

from claimcheck.sourcing.notation import CONFLICT, CONTROL, HETEROZYGOUS, KNOCKOUT, UNKNOWN
from claimcheck.sourcing.strata import Resolution, resolve_groups
from support.archive import shared_data

CKO = "Lcn2 fl/fl; Dmp1-Cre+"
CRE_NEGATIVE = "Lcn2 fl/fl; Dmp1-Cre-"
CRE_ONLY = "Lcn2 +/+; Dmp1-Cre+"


def resolve(titles: list[str], *, section: dict[str, Any] | None = None, **columns: list[str]) -> Resolution:
    index = [f"S{number}" for number in range(1, len(titles) + 1)]
    table = pd.DataFrame({"sample_title": titles, **columns}, index=index)
    return resolve_groups(table, rules_for(**STUDY, **(section or {})))


def groups(resolution: Resolution) -> tuple[list[str], list[str]]:
    """Return the selected knockouts and controls of a resolution that was decided."""
    assert resolution.reasons == []
    chosen = resolution.table[resolution.table["selected"]]
    return tuple(list(chosen.index[chosen["label"] == label]) for label in (KNOCKOUT, CONTROL))  # type: ignore[return-value]


def reasons(resolution: Resolution) -> str:
    """Return the reasons of a resolution that was not decided."""
    assert not resolution.table["selected"].any()
    assert resolution.reasons
    return "\n".join(resolution.reasons)


def real(name: str, key: str, columns: list[str]) -> pd.DataFrame:
    table = pd.read_csv(shared_data("runtables") / name, dtype=str, keep_default_na=False)
    return table.drop_duplicates(key).set_index(key)[columns]


def test_two_groups_of_two_resolve_with_their_evidence() -> None:
    resolution = resolve(["cKO_1", "cKO_2", "WT_1", "WT_2"])
    assert groups(resolution) == (["S1", "S2"], ["S3", "S4"])
    assert resolution.table.loc["S3", "evidence"] == "sample_title: WT_1"


def test_floxed_without_cre_is_control_once_another_group_carries_cre() -> None:
    resolution = resolve(["Lcn2f/f_1", "Lcn2f/f_2", "Lcn2f/f;Dmp1-Cre_1", "Lcn2f/f;Dmp1-Cre_2"])
    assert groups(resolution) == (["S3", "S4"], ["S1", "S2"])
    assert not resolution.table["provisional"].any()


def test_floxed_without_cre_is_undecided_where_nobody_carries_cre() -> None:
    assert "another group carries Cre" in reasons(resolve(["Lcn2f/f_1", "Lcn2f/f_2", "KO_1", "KO_2"]))


@pytest.mark.parametrize(
    "titles",
    [
        [f"Dmp1-Cre {name}" for name in (CKO, CKO, "Lcn2 fl/fl", "WT 1", "WT 2")],
        [CKO, CKO, "Lcn2 fl/fl", CRE_NEGATIVE, CRE_NEGATIVE],
        [CKO, CKO, "Dmp1-Cre+", "control", "control"],  # a Cre-only control, as likely as a knockout
    ],
)
def test_provisional_call_needs_a_group_that_is_written_alike(titles: list[str]) -> None:
    assert "S3" in reasons(resolve(titles))


def test_numbered_samples_are_undecided() -> None:
    resolution = resolve([f"Sample_{number}" for number in range(1, 9)])
    assert "unknown 8" in reasons(resolution)


def test_no_samples_are_undecided() -> None:
    assert reasons(resolve([]))


def test_only_sex_differs_is_undecided() -> None:
    titles = ["Lcn2 cKO female 1", "Lcn2 cKO female 2", "Lcn2 cKO male 1", "Lcn2 cKO male 2"]
    assert reasons(resolve(titles))
    assert reasons(resolve(["M1", "M2", "F1", "F2"]))


def test_only_treatment_differs_is_undecided() -> None:
    titles = ["S_1", "S_2", "S_3", "S_4"]
    assert reasons(resolve(titles, treatment=["control", "control", "PTH", "PTH"]))


def test_genotype_that_goes_with_sex_is_undecided() -> None:
    resolution = resolve(["cKO_1", "cKO_2", "WT_1", "WT_2"], sex=["male", "male", "female", "female"])
    assert "sex differs" in reasons(resolution)


def test_genotype_that_goes_with_treatment_is_undecided() -> None:
    resolution = resolve(["cKO_1", "cKO_2", "WT_1", "WT_2"], treatment=["PTH", "PTH", "vehicle", "vehicle"])
    assert "no stratum holds knockouts and controls" in reasons(resolution)


def test_one_unlabelled_sample_stops_the_study() -> None:
    assert "S5 (Sample_5): unknown" in reasons(resolve(["cKO_1", "cKO_2", "WT_1", "WT_2", "Sample_5"]))


def test_unlabelled_sample_of_another_tissue_does_not_stop_the_study_but_one_of_no_tissue_does() -> None:
    titles = ["cKO_1", "cKO_2", "WT_1", "WT_2", "Sample_5"]
    tissues = ["tibia"] * 4
    assert groups(resolve(titles, tissue=[*tissues, "liver"])) == (["S1", "S2"], ["S3", "S4"])
    assert "S5" in reasons(resolve(titles, tissue=[*tissues, "not applicable"]))


def test_labelled_sample_of_no_stated_tissue_is_not_left_out_silently() -> None:
    resolution = resolve(["cKO_1", "cKO_2", "cKO_3", "WT_1", "WT_2"], tissue=["tibia", "tibia", "", "tibia", "tibia"])
    assert "S3" in reasons(resolution)


def test_heterozygotes_are_left_out_and_listed() -> None:
    resolution = resolve([CKO, CKO, "Lcn2 f/+; Dmp1-Cre+", CRE_NEGATIVE, CRE_NEGATIVE])
    assert groups(resolution) == (["S1", "S2"], ["S4", "S5"])
    assert resolution.table.loc["S3", "label"] == HETEROZYGOUS
    assert resolution.table.loc["S3", "left_out"] == "heterozygous"


def test_two_kinds_of_control_stop_until_one_is_configured() -> None:
    titles = [CKO, CKO, CRE_NEGATIVE, CRE_NEGATIVE, CRE_ONLY, CRE_ONLY]
    stopped = resolve(titles)
    assert "Cre-negative, Cre-only" in reasons(stopped)
    assert set(stopped.table["control_kind"]) == {"", "Cre-negative", "Cre-only"}
    assert groups(resolve(titles, section={"control": "Cre-only"})) == (["S1", "S2"], ["S5", "S6"])
    assert "wild type" in reasons(resolve(titles, section={"control": "wild type"}))


def test_cre_alone_is_a_conflict_where_there_are_cre_only_controls() -> None:
    resolution = resolve(["Dmp1-Cre+", "Dmp1-Cre+", CRE_ONLY, CRE_ONLY])
    assert list(resolution.table["label"]) == [CONFLICT, CONFLICT, CONTROL, CONTROL]
    reasons(resolution)
    assert groups(resolve(["Dmp1-Cre+", "Dmp1-Cre+", "Dmp1-Cre-", "Dmp1-Cre-"]))[0] == ["S1", "S2"]


@pytest.mark.parametrize(
    "pasted",
    [
        "osteocyte Lcn2 knockout vs control",
        "Bone RNA-seq of Dmp1-Cre Lcn2 conditional knockout mice",
        "Lcn2 fl/fl; Dmp1-Cre mutant bones",
    ],
)
def test_study_title_pasted_into_all_samples_is_ignored(pasted: str) -> None:
    apart = resolve(["cKO_1", "cKO_2", "WT_1", "WT_2"], study_title=[pasted] * 4)
    within = resolve([f"{pasted}: {name}" for name in ("cKO_1", "cKO_2", "WT_1", "WT_2")])
    assert groups(apart) == groups(within) == (["S1", "S2"], ["S3", "S4"])
    assert reasons(resolve([f"{pasted}: {number}" for number in range(4)]))


def test_cre_in_a_pasted_title_is_nobodys_cre() -> None:
    title = "Bone RNA-seq of Dmp1-Cre mice: "
    names = ["Lcn2 fl/fl 1", "Lcn2 fl/fl 2", "Lcn2 fl/fl Dmp1-Cre 1", "Lcn2 fl/fl Dmp1-Cre 2"]
    assert groups(resolve([title + name for name in names])) == (["S3", "S4"], ["S1", "S2"])


def test_cre_that_all_carry_counts_where_alleles_differ() -> None:
    titles = ["Dmp1-Cre;Lcn2 fl/fl 1", "Dmp1-Cre;Lcn2 fl/fl 2", "Dmp1-Cre;Lcn2 +/+ 1", "Dmp1-Cre;Lcn2 +/+ 2"]
    resolution = resolve(titles)
    assert groups(resolution) == (["S1", "S2"], ["S3", "S4"])
    assert set(resolution.table["control_kind"]) == {"", "Cre-only"}


def test_a_field_shuffled_against_the_others_never_resolves() -> None:
    titles, genotypes = ["cKO_1", "cKO_2", "WT_1", "WT_2"], [CKO, CKO, CRE_NEGATIVE, CRE_NEGATIVE]
    assert groups(resolve(titles, genotype=genotypes)) == (["S1", "S2"], ["S3", "S4"])
    shuffled = resolve(titles, genotype=[genotypes[at] for at in (0, 2, 1, 3)])
    assert list(shuffled.table["label"]) == [KNOCKOUT, CONFLICT, CONFLICT, CONTROL]
    assert "fields disagree" in reasons(shuffled)


def test_order_of_rows_and_columns_changes_no_call() -> None:
    table = pd.DataFrame(
        {"genotype": [CKO, CRE_NEGATIVE] * 3, "sample_title": list("abcdef")}, index=[f"S{at}" for at in range(6)]
    )
    rules = rules_for(**STUDY)
    first = resolve_groups(table, rules).table
    turned = resolve_groups(table.iloc[::-1, ::-1], rules).table
    pd.testing.assert_frame_equal(first, turned.loc[first.index])


def test_largest_stratum_is_taken_a_tie_stops_and_the_configuration_decides() -> None:
    titles = ["cKO_1", "cKO_2", "WT_1", "WT_2"] * 2
    ages = ["8 weeks"] * 4 + ["16 weeks"] * 4
    assert "several strata hold both genotypes" in reasons(resolve(titles, age=ages))
    assert groups(resolve(titles, age=ages, section={"stratum": "16 weeks"})) == (["S5", "S6"], ["S7", "S8"])
    assert "no such" in reasons(resolve(titles, age=ages, section={"stratum": "no such"}))
    larger = resolve([*titles, "WT_9"], age=[*ages, "8 weeks"])
    assert groups(larger) == (["S1", "S2"], ["S3", "S4", "S9"])
    assert larger.table.loc["S5", "left_out"] == "another group: 16 weeks"


def test_tissues_that_are_not_configured_are_no_candidates() -> None:
    titles = ["cKO_1", "cKO_2", "WT_1", "WT_2"] * 2 + ["cKO_3"]
    tissues = ["tibia"] * 4 + ["bone marrow"] * 5
    assert groups(resolve(titles, tissue=tissues)) == (["S1", "S2"], ["S3", "S4"])
    assert "no stratum" in reasons(resolve(titles[:4], tissue=["liver"] * 4))


def test_cell_lines_are_left_out_unless_all_samples_are() -> None:
    titles = [
        "cKO_1",
        "cKO_2",
        "WT_1",
        "WT_2",
        "OCY454 KO 1",
        "OCY454 KO 2",
        "OCY454 WT 1",
        "OCY454 WT 2",
        "OCY454 WT 3",
    ]
    assert groups(resolve(titles)) == (["S1", "S2"], ["S3", "S4"])
    assert groups(resolve(titles[4:])) == (["S1", "S2"], ["S3", "S4", "S5"])


def test_sex_suffix_counts_only_if_all_samples_have_one() -> None:
    assert list(resolve(["KO_M1", "KO_F2", "WT_M1", "WT_F2"]).table["sex"]) == ["male", "female", "male", "female"]
    assert set(resolve(["KO_M1", "KO_F2", "WT_M1", "WT_2"]).table["sex"]) == {""}


def test_a_sample_given_twice_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="one row a sample"):
        resolve_groups(pd.DataFrame({"sample_title": ["KO", "WT"]}, index=["S1", "S1"]), rules_for(**STUDY))


def test_compound_genotypes_are_strata_of_their_own() -> None:
    """Both groups are floxed and the Cre carriers are the knockouts; animals with a second floxed gene stay out."""
    table = real(
        "PRJNA394750_cre_flox_SraRunTable.csv", "BioSample", ["AGE", "genotype/variation", "source_name", "tissue"]
    )
    rules = rules_for(gene=["Ep300"], driver=["Neurog3-Cre"], tissues=["islets"])
    resolution = resolve_groups(table, rules)
    knockouts, controls = groups(resolution)
    assert set(table.loc[knockouts, "genotype/variation"]) == {"Neurog3-Cre; Ep300fl/fl"}
    assert set(table.loc[controls, "genotype/variation"]) == {"Ep300fl/fl"}
    assert (len(knockouts), len(controls)) == (3, 3)
    others = resolution.table[~resolution.table["selected"]]
    assert others["left_out"].str.contains("another group: .*crebbp fl/").all()
    assert len(others) == 9


def test_inducible_cre_stops_until_drug_and_zygosity_are_configured() -> None:
    columns = ["Cell_type", "Genotype", "source_name", "Strain", "TREATMENT"]
    table = real("PRJNA776901_flox_treatment_SraRunTable.csv", "BioSample", columns)
    section = {"gene": ["Smg6"], "driver": ["Rosa-CreER"]}
    said = reasons(resolve_groups(table, rules_for(**section)))
    assert "inducible Cre" in said
    assert "cre_plus_plus" in said
    assert "cre_plus_plus" in reasons(resolve_groups(table, rules_for(**section, inducers=["4-OHT"])))
    resolution = resolve_groups(table, rules_for(**section, inducers=["4-OHT"], cre_plus_plus="negative"))
    knockouts, controls = groups(resolution)
    assert set(table.loc[knockouts, "Genotype"]) == {"Smg6 Flox/Flox; RosaCreER tg/+"}
    assert set(table.loc[controls, "Genotype"]) == {"Smg6 Flox/Flox; RosaCreER +/+"}
    assert set(table.loc[[*knockouts, *controls], "TREATMENT"]) == {"4-OHT"}
    assert (len(knockouts), len(controls)) == (4, 4)


def test_whole_body_knockout_with_two_runs_an_animal() -> None:
    columns = ["genotype/variation", "Litter", "litternumber_id", "sex", "source_name", "Timepoint", "Tissue"]
    table = real("PRJNA261947_two_runs_per_sample_SraRunTable.csv", "BioSample", columns)
    resolution = resolve_groups(table, rules_for(gene=["Peril", "linc-Sox2"]))
    assert [len(group) for group in groups(resolution)] == [3, 3]
    assert resolution.stratum == "brain | E14.5"
    assert list(resolution.table["sex"]) == list(table["sex"])


def test_gene_transfer_is_no_knockout() -> None:
    columns = ["treatment", "sample_title", "experiment_title", "study_title", "sample_alias"]
    table = real("SRP254919_ena_all_fields.csv", "sample_accession", columns)
    resolution = resolve_groups(table, rules_for(gene=["ND6"]))
    assert set(resolution.table["label"]) == {UNKNOWN}
    reasons(resolution)
