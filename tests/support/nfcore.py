"""The results of nf-core/rnaseq, as its version 3.14 leaves them, with the abundances of a study that kallisto quantified."""

import json
from pathlib import Path

import pandas as pd

from claimcheck.core.tables import read_table

_TABLES = {"gene_counts": "NumReads", "gene_tpm": "TPM", "gene_lengths": "EffectiveLength"}


def write_results(folder: Path, study: Path, names: dict[str, str], *, aligner: str = "star_salmon") -> Path:
    """Write `<folder>/<aligner>` with a folder a sample, the merged tables and tx2gene.tsv, and the sample sheet of the run.

    Args:
        folder: where the pipeline would write.
        study: folder of a finished study.
        names: of the study's samples, what nf-core calls each.
        aligner: `star_salmon`, or `salmon` for its own mapping.
    """
    root = folder / aligner
    transcripts = read_table(study / "results/reference/transcripts.tsv", text=True)
    genes = dict(zip(transcripts["target_id"], transcripts["gene_id"], strict=True))
    symbols = dict(zip(transcripts["gene_id"], transcripts["symbol"], strict=True))
    by_gene = {}
    for sample, name in names.items():
        table = pd.read_csv(study / f"results/quantification/{sample}/abundance.tsv", sep="\t")
        info = json.loads((study / f"results/quantification/{sample}/run_info.json").read_text())
        (root / name / "aux_info").mkdir(parents=True)
        (root / name / "logs").mkdir()
        names_of_salmon = {"target_id": "Name", "length": "Length", "eff_length": "EffectiveLength"}
        salmon = table.rename(columns=names_of_salmon | {"tpm": "TPM", "est_counts": "NumReads"})
        columns = ["Name", "Length", "EffectiveLength", "TPM", "NumReads"]
        salmon[columns].to_csv(root / name / "quant.sf", sep="\t", index=False)
        grouped = salmon.groupby(salmon["Name"].map(genes))
        by_gene[name] = grouped[["Length", "EffectiveLength"]].mean().join(grouped[["TPM", "NumReads"]].sum())
        by_gene[name].rename_axis("Name").reset_index().to_csv(root / name / "quant.genes.sf", sep="\t", index=False)
        report = {
            "salmon_version": "1.10.1",
            "num_processed": info["n_processed"],
            "num_mapped": info["n_pseudoaligned"],
        }
        report |= {"mapping_type": "alignment" if aligner == "star_salmon" else "mapping", "frag_length_mean": 180.5}
        (root / name / "aux_info/meta_info.json").write_text(json.dumps(report))
        (root / name / "cmd_info.json").write_text(json.dumps({"salmon_version": "1.10.1", "libType": "A"}))
        (root / name / "lib_format_counts.json").write_text(json.dumps({"expected_format": "IU"}))
        (root / name / "logs/salmon_quant.log").touch()
        (root / f"{name}.markdup.sorted.bam").touch()
    for table, column in _TABLES.items():
        merged = pd.DataFrame({name: one[column] for name, one in by_gene.items()}).rename_axis("gene_id").reset_index()
        merged.insert(1, "gene_name", merged["gene_id"].map(symbols))
        merged.to_csv(root / f"salmon.merged.{table}.tsv", sep="\t", index=False)
    tx2gene = transcripts[["target_id", "gene_id", "symbol"]].set_axis(
        ["transcript_id", "gene_id", "gene_name"], axis=1
    )
    tx2gene.to_csv(root / "tx2gene.tsv", sep="\t", index=False)
    (root / "deseq2_qc").mkdir()
    lanes = [
        f"{name},/data/{name}_L{n}_R1.fastq.gz,/data/{name}_L{n}_R2.fastq.gz,auto"
        for name in names.values()
        for n in (1, 2)
    ]
    (folder / "samplesheet.csv").write_text("\n".join(["sample,fastq_1,fastq_2,strandedness", *lanes]) + "\n")
    return root
