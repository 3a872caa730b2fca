"""What the explorer shows is what the tables say: every gene, every animal, every set; packed small, and the same each time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_report import STUDY, gene_tables, results

from claimcheck.page import explorer
from claimcheck.page.explorer import (
    ANY_ID,
    ENSEMBL,
    ENSEMBL_ID,
    GeneFiles,
    GeneTables,
    pack,
    pack_genes,
    read_gene_tables,
)
from claimcheck.page.study_words import Study
from support.packed import unpack

SAMPLES = results().samples.assign(sex=["female", "male", "male", "female"], batch=["1", "1", "1", "1"])


def packed(study: Study = STUDY, genes: pd.DataFrame | None = None, samples: pd.DataFrame = SAMPLES, **changes: object):
    tables = results()
    genes = tables.genes if genes is None else genes
    return unpack(pack_genes(genes, replace(gene_tables(), **changes), samples, tables.size_factors, study))


def some_genes(n: int, seed: int = 7) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    stat, error = draw.normal(size=n), draw.uniform(0.1, 1, size=n)
    return pd.DataFrame(
        {
            "gene_id": [f"ENSMUSG{number:011d}" for number in range(n)],
            "symbol": [f"Gene{number}" for number in range(n)],
            "base_mean": draw.lognormal(5, 2, size=n),
            "log2_fold_change": stat * error,
            "lfc_se": error,
            "stat": stat,
            "p_value": np.exp(-(stat**2) / 2),
            "p_adjusted": 1.0,
            "log2_fold_change_shrunken": stat * error / 2,
            "missing": "",
        }
    )


def some_tables(genes: pd.DataFrame, samples: list[str], sets: int = 0) -> GeneTables:
    draw = np.random.default_rng(3)
    mean = genes["base_mean"].to_numpy()[:, None]
    drawn = draw.negative_binomial(10, 10 / (10 + mean), (len(genes), len(samples)))
    members = [
        (f"S{number}", gene) for number in range(sets) for gene in draw.choice(genes["gene_id"], 80, replace=False)
    ]
    return GeneTables(
        counts=pd.DataFrame(drawn, columns=samples).assign(gene_id=genes["gene_id"]),
        sets=pd.DataFrame(
            [(f"S{n}", "family", f"set {n}") for n in range(sets)], columns=["set", "family", "description"]
        ),
        members=pd.DataFrame(members, columns=["set", "gene_id"]),
        aliases={},
    )


@pytest.mark.parametrize(
    "values",
    [
        [0.0, -0.0, 1.0, -1.0, 123456.0, -0.000123456, np.nan, np.inf, -np.inf],
        [5e-324, 1e-300, 2.5e-308, 1.7e308, 999999.4, 999999.6, 0.1 + 0.2],
        [],
    ],
)
def test_numbers_come_back_with_six_significant_digits(values: list[float]) -> None:
    _, columns = unpack(pack({}, {"some": np.array(values), "again": np.array(values)}, {}))
    expected = [float(f"{value:.6g}") if np.isfinite(value) else np.nan for value in values]
    for name in ("some", "again"):
        np.testing.assert_array_equal(columns[name], expected)


def test_whole_numbers_and_words_come_back_as_they_are() -> None:
    wholes = np.array([0, 1, 255, 256, 65_536, 2**31 - 1])
    words = {"names": ["</script>", "\u2028", "é", '"', ""]}
    found, columns = unpack(pack(words, {}, {"counts": wholes, "none": np.array([], dtype=int)}))
    assert found["names"] == words["names"]
    np.testing.assert_array_equal(columns["counts"], wholes)
    assert len(columns["none"]) == 0


def test_genes_are_those_of_the_table_the_smallest_p_first() -> None:
    words, columns = packed()
    genes = results().genes
    assert words["gene_id"] == ["g1", "g2", "g3", "g4"]
    assert words["symbol"] == list(genes["symbol"])
    assert list(columns["call"]) == [1, 2, 0, 0]
    for name in (
        "base_mean",
        "log2_fold_change",
        "lfc_se",
        "stat",
        "p_value",
        "p_adjusted",
        "log2_fold_change_shrunken",
    ):
        np.testing.assert_allclose(columns[name], genes[name], rtol=1e-5)
    assert [name for name, *_ in words["headings"]] == list(explorer.HEADINGS)
    assert "log2_fold_change_shrunken" not in packed(genes=genes.drop(columns="log2_fold_change_shrunken"))[1]


def test_a_gene_is_called_by_the_p_of_the_table_not_by_the_shortened_one() -> None:
    _, columns = packed(genes=results().genes.assign(p_adjusted=[0.0499999999, 0.05, 0.8, 1]))
    assert list(columns["p_adjusted"][:2]) == [0.05, 0.05]
    assert list(columns["call"]) == [1, 0, 0, 0]


def test_every_animal_has_its_count_its_group_and_what_tells_it_from_others() -> None:
    words, columns = packed()
    assert words["marks"] == ["sex"]
    assert words["samples"] == [
        ["c1", "control", 0.9, "female"],
        ["c2", "control", 1.0, "male"],
        ["k1", "knockout", 1.1, "male"],
        ["k2", "knockout", 1.0, "female"],
    ]
    assert list(columns["counted"]) == [0, 1, 2, 3]
    counts = columns["counts"].reshape(4, 4)
    assert counts.tolist() == [[100, 101, 102, 103], [50] * 4, [20] * 4, [0, 1, 2, 3]]


@pytest.mark.parametrize(
    ("columns", "formula", "marks"),
    [
        ({"sex": list("ffmm"), "age": ["8", "8", "9", "9"]}, "~ condition", ["sex", "age"]),
        ({"sex": list("ffmm"), "litter": list("abab")}, "~ litter + condition", ["litter", "sex"]),
        ({"batch": list("abcd"), "tissue": ["bone"] * 4}, "~ condition", ["batch"]),
        ({"sex": ["f", "", "", "m"]}, "~ condition", ["sex"]),
        ({}, "~ condition", []),
    ],
)
def test_covariates_that_tell_animals_apart_have_marks(columns: dict, formula: str, marks: list[str]) -> None:
    samples = SAMPLES[["sample", "condition"]].assign(**columns)
    assert packed(replace(STUDY, formula=formula), samples=samples)[0]["marks"] == marks


def test_a_covariate_of_too_many_values_has_no_mark() -> None:
    n = explorer.MOST_MARKS
    animals = pd.DataFrame({"sample": [f"s{i}" for i in range(n + 1)], "condition": "control"})
    animals = animals.assign(age=list("abcdefghij")[: n + 1], sex=["f", *"m" * n])
    counts = pd.DataFrame({"gene_id": ["g1"], **dict.fromkeys(animals["sample"], 1)})
    factors = animals[["sample"]].assign(size_factor=1.0)
    words, _ = unpack(pack_genes(results().genes, replace(gene_tables(), counts=counts), animals, factors, STUDY))
    assert words["marks"] == ["sex"]


def test_sets_hold_the_tested_genes_of_theirs() -> None:
    words, columns = packed()
    assert words["sets"] == [["UP_SET", "wnt", "what rises"], ["NONE", "wnt", "nothing counted"]]
    assert list(columns["sizes"]) == [2, 0]
    assert list(np.cumsum(columns["members"])) == [0, 3]
    no_sets = {"sets": gene_tables().sets.head(0), "members": gene_tables().members.head(0)}
    words, columns = packed(**no_sets)
    assert words["sets"] == []
    assert len(columns["sizes"]) == len(columns["members"]) == 0


def test_former_symbols_lead_to_one_gene_and_never_hide_a_current_one() -> None:
    assert packed()[0]["aliases"] == [["Old3", 2]]


def test_genes_of_interest_are_named_and_the_first_is_shown() -> None:
    words, _ = packed()
    assert words["first"] == 2
    assert [2, True] in words["labelled"]
    assert packed(replace(STUDY, label_genes=["absent1"]))[0]["first"] == 0


def test_a_gene_without_counts_is_no_reason_to_stop() -> None:
    counts = gene_tables().counts.query("gene_id != 'g2'")
    _, columns = packed(counts=counts)
    assert list(columns["counted"]) == [0, 2, 3]
    assert columns["counts"].reshape(3, 4)[1].tolist() == [20] * 4


def test_of_too_many_counts_genes_of_interest_and_of_sets_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "MOST_COUNTS", 3 * 4)
    _, columns = packed()  # g3 is of interest, g1 and g4 in a set
    assert list(columns["counted"]) == [0, 2, 3]
    assert columns["counts"].reshape(3, 4)[2].tolist() == [0, 1, 2, 3]


def test_a_missing_p_has_its_reason() -> None:
    words, columns = packed()
    assert [words["reasons"][place] for place in columns["missing"]] == list(results().genes["missing"])


def test_no_p_value_at_all_is_packed() -> None:
    words, columns = packed(genes=results().genes.assign(stat=np.nan, p_value=np.nan, p_adjusted=np.nan))
    assert np.isnan(columns["p_value"]).all()
    assert list(columns["call"]) == [0] * 4
    assert words["limits"]["evidence"] == 1.5


@pytest.mark.parametrize(("link", "linked"), [(ENSEMBL, ENSEMBL_ID), ("https://flybase.org/reports/{gene_id}", ANY_ID)])
def test_ids_are_linked_by_the_address_of_the_configuration(link: str, linked: str) -> None:
    words, _ = packed(replace(STUDY, gene_link=link))
    assert (words["link"], words["linked"]) == (link, linked)
    assert packed(replace(STUDY, gene_link="none"))[0]["link"] == ""


def test_the_order_of_the_tables_changes_nothing() -> None:
    genes = some_genes(500)
    samples = SAMPLES
    tables = some_tables(genes, list(samples["sample"]), sets=5)
    factors = results().size_factors
    one = pack_genes(genes, tables, samples, factors, STUDY)
    shuffled = replace(
        tables,
        counts=tables.counts.sample(frac=1, random_state=1)[["k2", "gene_id", "c1", "k1", "c2"]],
        members=tables.members.sample(frac=1, random_state=2),
    )
    other = pack_genes(genes.sample(frac=1, random_state=3), shuffled, samples.iloc[::-1], factors.iloc[::-1], STUDY)
    assert one == other


def test_fifty_thousand_genes_in_twelve_animals_take_less_than_three_megabytes() -> None:
    genes = some_genes(50_000)
    samples = pd.DataFrame({"sample": [f"animal{n}" for n in range(12)], "condition": ["control", "knockout"] * 6})
    tables = some_tables(genes, list(samples["sample"]), sets=50)
    assert len(pack_genes(genes, tables, samples, samples.assign(size_factor=1.0), STUDY)) < 3_000_000


def test_files_become_tables_with_and_without_published_sets(tmp_path: Path) -> None:
    def write(name: str, *rows: tuple[object, ...]) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
        return path

    head = ("set", "family", "description", "source", "citation", "licence", "checked_on")
    curated = [
        write("sets/sets.tsv", head, ("A_SET", "wnt", "a set", "us", "us", "MIT", "2026-01-01")),
        write("sets/genes.tsv", ("set", "gene_id", "symbol"), ("A_SET", "g1", "One")),
    ]
    counts = write("results/counts/gene_counts.tsv", ("gene_id", "c1"), ("g1", 3))
    aliases = write("aliases.tsv", ("alias", "symbol"), ("Uno", "One"))
    tables = read_gene_tables(GeneFiles(counts, curated, None, None, aliases))
    assert tables.sets.to_numpy().tolist() == [["A_SET", "wnt", "a set"]]
    assert tables.members.to_numpy().tolist() == [["A_SET", "g1"]]
    assert tables.aliases == {"Uno": "One"}
    none = read_gene_tables(GeneFiles(counts, [], None, None, None))
    assert none.sets.empty
    assert none.members.empty
    assert none.aliases == {}
