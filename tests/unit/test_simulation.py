"""The simulated study holds the truth that was planted in it, and its archive looks like an archive."""

import copy
import gzip
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import simulate_archive
from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import check, load_schema
from claimcheck.core.tables import read_table
from claimcheck.simulation.mirror import REPORT_COLUMNS, plan_runs, whole_folder
from claimcheck.simulation.reads import build_pool, draw_pairs, fastq, sequence_weights
from claimcheck.simulation.transcriptome import LETTERS, build_transcriptome, gtf_lines, mutated
from claimcheck.simulation.world import build_world, draw_counts
from support.own import MEMBERS

ROOT = Path(__file__).resolve().parents[2]
GENE_SETS = ROOT / "config/gene_sets"
EXPRESSION = GENE_SETS / "reference/bone_expression.tsv"
DEMO = yaml.safe_load((ROOT / "demo/config/simulation.yaml").read_text(encoding="utf-8"))["simulation"]
REFERENCE = read_table(EXPRESSION)
LCN2 = "ENSMUSG00000026822"


def demo(**changes):
    """Copy the demo's settings with few fillers; `a__b=value` changes the key `b` of section `a`."""
    settings = copy.deepcopy(DEMO)
    settings["world"]["filler"]["genes"] = 100
    for path, value in changes.items():
        *sections, key = path.split("__")
        part = settings
        for section in sections:
            part = part[section]
        part[key] = value
    return settings


def world(seed=1, **changes):
    settings = demo(**{f"world__{path}": value for path, value in changes.items()})
    return build_world(settings["world"], MEMBERS, REFERENCE, seed)


def quiet(**changes):
    """A world in which animals of a group and sex differ in nothing but what `changes` says."""
    still = {"carry_over__admixed__log2_sd": 0, "carry_over__adhering__log2_sd": 0}
    return world(**still | changes)


def null(**changes):
    nothing = {"effects__sets": {}, "effects__genes": {}, "deletion__recombined_level": 1.0}
    return quiet(**nothing | changes)


def change(made, genes):
    """Mean log2 fold change (knockout / control) of expected expression, relative to the median gene."""
    table = made.genes.set_index("gene_id")["expected_log2_fold_change"]
    return table[genes].mean() - table.median()


def words(bases, size=25):
    """All stretches of `size` bases in sequences, as bytes."""
    texts = [LETTERS[sequence].tobytes() for sequence in bases]
    return {text[at : at + size] for text in texts for at in range(len(text) - size + 1)}


def of_set(name):
    return list(MEMBERS.loc[MEMBERS["set"] == name, "gene_id"])


def of_symbol(symbol):
    return [MEMBERS.loc[MEMBERS["symbol"] == symbol, "gene_id"].iloc[0]]


def observed(made, genes):
    """Mean log2 fold change from counts, knockout / control, each animal scaled by its median of ratios."""
    counts = draw_counts(made, 30_000_000, seed=2)
    kept = counts[(counts >= 10).all(axis=1)]
    logs = np.log2(kept).sub(np.log2(kept).mean(axis=1), axis=0)
    logs -= logs.median()
    is_knockout = (made.samples["condition"] == "knockout").to_numpy()
    changes = logs.loc[:, is_knockout].mean(axis=1) - logs.loc[:, ~is_knockout].mean(axis=1)
    return changes[changes.index.intersection(genes)].mean()


def test_demo_settings_fit_the_schema():
    check(DEMO, load_schema("simulation.schema.yaml"), where="demo")


def test_every_curated_gene_is_in_the_world_once():
    genes = world().genes["gene_id"]
    assert genes.is_unique
    assert set(MEMBERS["gene_id"]) | {LCN2} <= set(genes)


def test_planted_changes_are_the_expected_ones():
    genes = quiet().genes.set_index("gene_id")
    sexed = of_set("QC_SEX_F") + of_set("QC_SEX_M")
    genes = genes[(genes["tpm_clean"] > 1) & ~genes.index.isin(sexed)]
    shift = genes["expected_log2_fold_change"] - genes["planted_log2_fold_change"]
    assert (shift - shift.median()).abs().max() < 0.03


def test_planted_changes_follow_the_settings():
    planted = world().genes.set_index("symbol")["planted_log2_fold_change"]
    assert planted["Axin2"] == 0.6
    assert planted["Dkk1"] == planted["Sost"] == -1.0
    assert planted["Atf3"] == -0.5, "of two sets with an effect the first listed counts"
    assert planted["Ndufa9"] == 0.0
    assert planted["Lcn2"] == pytest.approx(np.log2(0.5 + 0.5 * 0.6))


def test_effects_are_recovered_from_counts_and_positive_is_higher_in_knockout():
    made = quiet()
    for name, effect in [("WNT_TARGETS_T1", 0.6), ("FERRO_MARKERS", -0.5), ("OSTEOBLAST", 0.4)]:
        planted = made.sets.set_index("set").loc[name, "planted_log2_fold_change"]
        assert planted == pytest.approx(effect, abs=0.05)
        assert observed(made, of_set(name)) == pytest.approx(effect, abs=0.3)
    assert abs(observed(made, of_set("HOUSEKEEPING_NEG"))) < 0.2


def test_a_null_world_has_no_truth():
    made = null()
    assert (made.genes["planted_log2_fold_change"] == 0).all()
    assert made.genes["expected_log2_fold_change"].abs().max() < 1e-9
    assert made.recombined_share.max() < 1


def test_sex_genes_follow_sex():
    made = world()
    female = (made.samples["sex"] == "female").to_numpy()
    assert (made.expression.loc[of_set("QC_SEX_M"), female] == 0).all(axis=None)
    assert (made.expression.loc[of_set("QC_SEX_F"), female] > 0).all(axis=None)
    assert (made.expression.loc[of_set("QC_SEX_F"), ~female] == 0).all(axis=None)


def test_cleaner_knockouts_imitate_the_claims_but_raise_the_antagonists():
    made = null(carry_over__admixed__knockout_shift=-1.5)
    assert (made.genes["planted_log2_fold_change"] == 0).all()
    for lower in (of_set("QC_NEUTROPHIL"), of_set("QC_ERYTHROID"), [LCN2]):
        assert change(made, lower) < -0.1
    for higher in (of_set("OSTEOBLAST"), of_set("OXPHOS_MT"), of_symbol("Dkk1"), of_symbol("Sost")):
        assert change(made, higher) > 0.05


def test_more_muscle_in_knockouts_raises_muscle_and_dilutes_the_rest():
    made = null(carry_over__adhering__knockout_shift=1.5)
    assert change(made, of_set("QC_MUSCLE")) == pytest.approx(1.5, abs=0.01)
    assert 0 < change(made, of_set("OXPHOS_NUC_UBIQ")) < 0.5
    changes = made.genes.set_index("gene_id")["expected_log2_fold_change"]
    assert changes[of_symbol("Dkk1")[0]] < -0.05


@pytest.mark.parametrize("balanced", [True, False])
def test_balanced_levels_have_the_same_mean_in_both_groups(balanced):
    samples = world(carry_over__balanced=balanced).samples
    for level in ("admixed_level", "adhering_level"):
        means = np.log2(samples[level]).groupby(samples["condition"]).mean()
        assert (abs(means["knockout"] - means["control"]) < 1e-9) == balanced


def test_genes_of_a_set_move_together():
    made = world(
        animals={"control": {"female": 30, "male": 30}, "knockout": {"female": 0, "male": 1}},
        variation__set_log2_sd={"OXPHOS_CV": 0.6},
        carry_over__admixed__log2_sd=0,
        carry_over__adhering__log2_sd=0,
    )
    logs = np.log2(made.expression + 0.01)

    def mean_correlation(name):
        matrix = np.corrcoef(logs.loc[of_set(name)])
        return matrix[np.triu_indices_from(matrix, 1)].mean()

    assert mean_correlation("OXPHOS_CV") > 0.5
    assert abs(mean_correlation("APOPTOSIS_CTRL")) < 0.15


def test_unknown_names_are_refused():
    with pytest.raises(StudyError, match="WNT_TARGET_T1"):
        world(effects__sets={"WNT_TARGET_T1": 1.0})
    with pytest.raises(StudyError, match="Sosd"):
        world(effects__genes={"Sosd": 1.0})


@pytest.fixture(scope="module")
def deletion():
    """The deleted gene, and the words in reads of a control and a knockout if osteocytes alone make it."""
    settings = demo(
        world__deletion__carry_over_share=0.0,
        world__carry_over__admixed__log2_sd=0,
        world__deletion__tpm_clean=1e7,
        reads__error_rate=0.0,
    )
    made = build_world(settings["world"], MEMBERS, REFERENCE, 1)
    rules = settings["world"]["deletion"]
    transcriptome = build_transcriptome(settings["transcriptome"], made.genes, rules, 2)
    pool = build_pool(transcriptome, 3)
    weights = sequence_weights(settings["reads"], made, transcriptome, pool)
    read_words = {}
    for condition in ("control", "knockout"):
        animal = list(made.samples["condition"]).index(condition)
        pairs = draw_pairs(settings["reads"], pool, weights[:, animal], 12000, np.random.default_rng(4))
        read_words[condition] = words(np.vstack(pairs.bases))
    gene = next(gene for gene in transcriptome.genes if gene.gene_id == LCN2)
    return gene, read_words


@pytest.mark.parametrize("strand", [1, -1])
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_knockout_osteocytes_make_no_read_of_the_deleted_exons(deletion, number, strand):
    gene, read_words = deletion
    exon = gene.exons[number - 1]
    exon_words = words([exon if strand == 1 else 3 - exon[::-1]])
    assert exon_words & read_words["control"]
    assert bool(exon_words & read_words["knockout"]) == (number not in (3, 4, 5))


def test_strandedness_decides_which_mate_is_antisense():
    settings = demo(reads__strandedness="reverse", reads__error_rate=0.0, reads__off_reference_share=0.0)
    made = world()
    transcriptome = build_transcriptome(settings["transcriptome"], made.genes, settings["world"]["deletion"], 2)
    pool = build_pool(transcriptome, 3)
    weights = sequence_weights(settings["reads"], made, transcriptome, pool)[:, 0]
    reference = LETTERS[pool.bases].tobytes()
    for strandedness, expected in [("reverse", 1.0), ("unstranded", 0.5)]:
        settings["reads"]["strandedness"] = strandedness
        first, second = draw_pairs(settings["reads"], pool, weights, 200, np.random.default_rng(4)).bases
        for sense in (second, 3 - first[:, ::-1]):
            found = np.mean([LETTERS[read].tobytes() in reference for read in sense])
            assert found == pytest.approx(expected, abs=0.1)


def test_mutations_have_their_rate_and_always_change_the_base():
    bases = np.zeros((1000, 100), dtype=np.uint8)
    changed = mutated(bases, 0.02, np.random.default_rng(1))
    assert (changed != bases).mean() == pytest.approx(0.02, abs=0.002)
    assert set(np.unique(changed)) == {0, 1, 2, 3}


def test_fastq_numbers_reads_across_digits():
    bases = np.zeros((101, 3), dtype=np.uint8)
    lines = fastq("SRR0000001", 2, bases, np.full_like(bases, ord("F"))).decode().splitlines()
    assert lines[0::4] == [f"@SRR0000001.{number} {number}/2" for number in range(1, 102)]
    assert set(lines[1::4]) == {"AAA"}
    assert set(lines[3::4]) == {"FFF"}


def test_exons_of_the_annotation_spell_the_transcripts():
    made = world()
    transcriptome = build_transcriptome(DEMO["transcriptome"], made.genes, DEMO["world"]["deletion"], 2)
    lengths, spans = {}, {}
    for line in gtf_lines(transcriptome, "c"):
        kind, start, end, strand, about = (line.split("\t")[at] for at in (2, 3, 4, 6, 8))
        if kind == "exon":
            name = about.split('transcript_id "')[1].split('"')[0]
            lengths[name] = lengths.get(name, 0) + int(end) - int(start) + 1
            spans.setdefault((name, strand), []).append(int(start))
    rows = transcriptome.transcripts["transcript_id"].str.split(".").str[0]
    assert [lengths[name] for name in rows] == [len(bases) for bases in transcriptome.sequences]
    for (_, strand), starts in spans.items():
        assert starts == sorted(starts, reverse=strand == "-")


def test_order_of_runs_does_not_tell_the_groups():
    samples = world().samples
    orders = []
    for seed in range(20):
        plan = plan_runs(DEMO["archive"], samples, 100, seed)
        condition = plan["animal"].dropna().map(samples.set_index("animal")["condition"])
        orders.append(tuple(condition))
    assert len(set(orders)) > 10


def test_a_failed_folder_leaves_the_old_one(tmp_path):
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "old").touch()
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "archive") as partial:
        (partial / "new").touch()
        raise RuntimeError
    assert [path.name for path in tmp_path.rglob("*")] == ["archive", "old"]


def simulate(folder, seed):
    simulate_archive.main(
        gene_sets=list(GENE_SETS.glob("*.tsv")),
        expression=EXPRESSION,
        simulation=demo(seed=seed, reads__pairs=500, archive__excluded_run__pairs=50),
        archive=folder / "archive",
        transcripts=folder / "transcripts.fa.gz",
        annotation=folder / "annotation.gtf.gz",
        genes=folder / "truth/genes.tsv",
        sets=folder / "truth/sets.tsv",
        samples=folder / "truth/samples.tsv",
    )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    return folder, simulate(folder, 7)


def test_same_seed_same_bytes_and_another_seed_other_bytes(study, tmp_path):
    again, other = simulate(tmp_path / "again", 7), simulate(tmp_path / "other", 8)
    assert again == study[1]
    assert not any(path.name.startswith(".") for path in study[0].rglob("*"))
    reads = [name for name in other if name.endswith(".fastq.gz")]
    assert len(reads) == 20
    assert all(other[name] != study[1][name] for name in reads)


def test_file_report_describes_the_files(study):
    archive = study[0] / "archive"
    report = read_table(archive / "filereport/PRJNA0000001.tsv", text=True)
    assert list(report.columns) == list(REPORT_COLUMNS)
    for row in report.itertuples():
        files = [archive / address.partition("/")[2] for address in row.fastq_ftp.split(";")]
        assert [path.name for path in files] == [f"{row.run_accession}_{mate}.fastq.gz" for mate in (1, 2)]
        packed = [path.read_bytes() for path in files]
        assert row.fastq_bytes == ";".join(str(len(content)) for content in packed)
        assert row.fastq_md5 == ";".join(hashlib.md5(content).hexdigest() for content in packed)
        lines = [gzip.decompress(content).decode().splitlines() for content in packed]
        assert [len(part) // 4 for part in lines] == [int(row.read_count)] * 2
        assert sum(len(read) for part in lines for read in part[1::4]) == int(row.base_count)
    assert sorted(report["library_strategy"].unique()) == ["ChIP-Seq", "RNA-Seq"]


def test_truth_of_samples_agrees_with_the_archive(study):
    report = read_table(study[0] / "archive/filereport/PRJNA0000001.tsv").set_index("run_accession")
    truth = read_table(study[0] / "truth/samples.tsv")
    runs = truth.assign(run=truth["run"].str.split(";")).explode("run").set_index("run")
    assert set(runs.index) == set(report.index[report["library_strategy"] == "RNA-Seq"])
    assert runs.index.size == len(truth) + 1
    titles = report["sample_title"].reindex(runs.index)
    assert (titles.str.contains("Cre+", regex=False) == (runs["condition"] == "knockout")).all()
    assert (titles.str.split(", ").str[2] == runs["sex"]).all()
    assert pd.Series(runs["animal"]).equals(report["sample_accession"].reindex(runs.index).rename("animal"))


def test_headers_of_the_reference_are_gencode_s(study):
    content = gzip.decompress(study[1]["transcripts.fa.gz"]).decode().splitlines()
    header, sequence = content[0][1:].split("|"), content[1]
    assert header[1].startswith("ENSMUSG") and "." in header[1] and header[8] == ""
    assert int(header[6]) == len(sequence)
    assert len(content) // 2 > 1500
