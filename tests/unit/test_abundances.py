"""Gene counts agree with the length-scaled formula of tximport (Soneson et al. 2015), computed here by hand."""

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.quantification.abundances import import_abundances, read_extra

# target, effective length, count; gene1 switches from its long isoform to its short one
FIRST = [("long", 1900.0, 950.0), ("short", 400.0, 100.0), ("other", 900.0, 300.0), ("silent", 700.0, 0.0)]
SECOND = [("long", 1950.0, 39.0), ("short", 450.0, 675.0), ("other", 950.0, 1000.0), ("silent", 750.0, 0.0)]
GENES = {"long": "gene1", "short": "gene1", "other": "gene0", "silent": "gene2"}
TRANSCRIPTS = pd.DataFrame({"target_id": list(GENES), "gene_id": list(GENES.values()), "symbol": "x"})


def tpm(rows):
    rates = {target: count / length for target, length, count in rows}
    return {target: rate / sum(rates.values()) * 1e6 for target, rate in rates.items()}


def write(path, rows):
    shares = tpm(rows)
    lines = ["target_id\tlength\teff_length\test_counts\ttpm"]
    lines += [f"{name}\t{length + 100}\t{length}\t{count}\t{shares[name]!r}" for name, length, count in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def abundances(tmp_path):
    samples = {"b": FIRST, "a": SECOND}
    return {name: write(tmp_path / name / "abundance.tsv", rows) for name, rows in samples.items()}


def length_scaled(samples):
    """Gene TPM x mean over samples of the gene's TPM-weighted length, scaled to each sample's sum of counts."""
    by_gene, lengths = [], []
    for rows in samples:
        shares = tpm(rows)
        sums = dict.fromkeys(GENES.values(), 0.0)
        weighted = dict.fromkeys(GENES.values(), 0.0)
        for name, length, _ in rows:
            sums[GENES[name]] += shares[name]
            weighted[GENES[name]] += shares[name] * length
        by_gene.append(sums)
        lengths.append({gene: weighted[gene] / sums[gene] for gene in sums if sums[gene]})
    columns = []
    for rows, sums in zip(samples, by_gene, strict=True):
        raw = {gene: share * sum(part.get(gene, 0) for part in lengths) / len(lengths) for gene, share in sums.items()}
        depth = sum(count for *_, count in rows)
        columns.append({gene: value * depth / sum(raw.values()) for gene, value in raw.items()})
    return pd.DataFrame(columns).T.sort_index()


def test_counts_follow_the_length_scaled_formula(abundances):
    counts, _ = import_abundances(abundances, TRANSCRIPTS)
    expected = length_scaled([FIRST, SECOND])
    assert list(counts.columns) == ["b", "a"]
    assert list(counts.index) == ["gene0", "gene1", "gene2"]
    assert counts.to_numpy().tolist() == expected.round().astype(int).to_numpy().tolist()
    assert counts.loc["gene1"].tolist() != [1050, 714], "these are plain sums, which the isoform switch biases"


def test_tpm_are_summed_to_genes(abundances):
    _, gene_tpm = import_abundances(abundances, TRANSCRIPTS)
    shares = tpm(FIRST)
    assert gene_tpm.loc["gene1", "b"] == pytest.approx(shares["long"] + shares["short"])
    assert gene_tpm.sum().tolist() == pytest.approx([1e6, 1e6])


def test_order_of_samples_and_transcripts_changes_nothing(abundances):
    counts, _ = import_abundances(abundances, TRANSCRIPTS)
    turned, _ = import_abundances(dict(reversed(abundances.items())), TRANSCRIPTS.iloc[::-1])
    pd.testing.assert_frame_equal(turned[["b", "a"]], counts)


def test_sums_of_counts_stay_those_of_the_sample(abundances):
    counts, _ = import_abundances(abundances, TRANSCRIPTS)
    assert counts.sum().tolist() == pytest.approx([1350, 1714], abs=1.5)


def test_gencode_headers_and_versions_are_matched_whole(tmp_path):
    names = ["ENSMUST01.1|ENSMUSG01.2|-|-|A-201|A|900|lncRNA|", "ENSMUST01.2|ENSMUSG02.2|-|-|B-201|B|900|lncRNA|"]
    rows = [(names[0], 800.0, 30.0), (names[1], 800.0, 70.0)]
    path = write(tmp_path / "abundance.tsv", rows)
    counts, _ = import_abundances({"s": path}, pd.DataFrame({"target_id": names, "gene_id": ["A", "B"]}))
    assert counts["s"].to_dict() == {"A": 30, "B": 70}


@pytest.mark.parametrize("sample", ["b", "a"])
def test_a_transcript_without_gene_stops_in_whichever_sample_it_is(tmp_path, abundances, sample):
    rows = [*FIRST[:3], ("stranger", 700.0, 10.0)]
    abundances[sample] = write(tmp_path / "new" / "abundance.tsv", rows)
    with pytest.raises(StudyError, match="1 quantified transcripts have no gene: stranger") as caught:
        import_abundances(abundances, TRANSCRIPTS)
    assert str(abundances[sample]) == caught.value.where


def test_samples_of_different_references_stop(tmp_path, abundances):
    abundances["a"] = write(tmp_path / "new" / "abundance.tsv", FIRST[::-1])
    with pytest.raises(StudyError, match="not those of the other samples") as caught:
        import_abundances(abundances, TRANSCRIPTS)
    assert str(abundances["a"]) == caught.value.where


def test_extra_sequences_take_their_reads_and_are_in_neither_table(tmp_path):
    spiked = {"b": [*FIRST, ("gene1", 700.0, 500.0)], "a": [*SECOND, ("gene1", 700.0, 0.0)]}  # the name of a gene
    paths = {name: write(tmp_path / name / "abundance.tsv", rows) for name, rows in spiked.items()}
    counts, shares = import_abundances(paths, TRANSCRIPTS, ["gene1"])
    alone = {name: write(tmp_path / "alone" / f"{name}.tsv", rows) for name, rows in {"b": FIRST, "a": SECOND}.items()}
    expected, expected_shares = import_abundances(alone, TRANSCRIPTS)
    pd.testing.assert_frame_equal(shares, expected_shares)
    assert (counts / counts.sum()).to_numpy() == pytest.approx((expected / expected.sum()).to_numpy(), abs=2e-3)
    extra = pd.DataFrame({"sequence": ["gene1"], "length": [800]})
    found = read_extra(paths, extra, {"b": "ko", "a": "wt"}, {"b": 1e6, "a": 0.0})
    assert found[["sample", "condition", "n_reads"]].to_numpy().tolist() == [["b", "ko", 500.0], ["a", "wt", 0.0]]
    assert found["per_million"].iloc[0] == 500.0
    assert pd.isna(found["per_million"].iloc[1])
