"""From runs to verified reads, and to all that they show without being quantified.

resources/downloads/<run>/        files as the archive names them: `.part` while incomplete, else verified
resources/reads/<run>_1.fastq.gz  links to them under names of our own; `_1` and `_2` for paired runs,
resources/reads/<run>.fastq.gz    the plain name for single-end runs
results/quality/reads/<sample>.tsv       number, length and quality of the reads of each file of its runs
results/quality/reads.tsv                the same of all samples, a row a file
results/quality/libraries/<sample>.tsv   strandedness and bias of coverage, on the first reads
results/quality/gene_body/<sample>.tsv   their coverage along transcripts
results/quality/exons/<sample>.tsv       reads in the exons of the deleted gene and over its junctions

Every file is read once for all of these (`scan_reads`), and once more by kallisto, which waits until it is known to be whole.

`snakemake fetch` fetches and verifies all reads, the reference and the collections of gene sets, and stops: for clusters whose nodes have no network.
"""


localrules:
    fetch_paired_reads,
    fetch_single_reads,
    collect_reads_quality,
    fetch,


rule fetch_paired_reads:
    input:
        # a run depends on its own files alone, which are among the params
        ancient("results/samples/read_files.tsv"),
        samples=ancient("results/samples/samples.tsv"),
    output:
        reads=["resources/reads/{run}_1.fastq.gz", "resources/reads/{run}_2.fastq.gz"],
    log:
        "logs/fetch_paired_reads/{run}.log",
    benchmark:
        "logs/fetch_paired_reads/{run}.benchmark.tsv"
    retries: 0
    conda:
        "../../envs/sourcing.yaml"
    resources:
        downloads=1,
        timeout=config["archive"]["timeout"],
    params:
        files=lambda wildcards: read_files().as_archived(wildcards.run),
        fastq=config["archive"]["fastq"],
        sra=config["archive"]["sra"],
    message:
        "Fetch and verify the reads of {wildcards.run}"
    script:
        "../scripts/fetch_reads.py"


use rule fetch_paired_reads as fetch_single_reads with:
    output:
        reads="resources/reads/{run}.fastq.gz",
    log:
        "logs/fetch_single_reads/{run}.log",
    benchmark:
        "logs/fetch_single_reads/{run}.benchmark.tsv"


rule scan_reads:
    input:
        reads=lambda wildcards: read_files().of_sample(wildcards.sample),
        anchors="resources/reference/anchors.npz",
        exons="results/reference/exons.tsv" if HAS_EXONS else [],
    output:
        **({"profile": "results/quality/exons/{sample}.tsv"} if HAS_EXONS else {}),
        checked="results/quality/reads/{sample}.tsv",
        library="results/quality/libraries/{sample}.tsv",
        gene_body="results/quality/gene_body/{sample}.tsv",
    log:
        "logs/scan_reads/{sample}.log",
    benchmark:
        "logs/scan_reads/{sample}.benchmark.tsv"
    conda:
        "../../envs/quantification.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(240),
    params:
        sample="{sample}",
        runs=lambda wildcards: read_files().runs_of(wildcards.sample),
        inspected_mb=config["quality"]["inspected_mb"],
        most_reads=config["quality"]["subset_reads"],
    message:
        "Check the reads of {wildcards.sample}, and measure quality, strand, coverage and the exons of the deleted gene"
    script:
        "../scripts/scan_reads.py"


rule collect_reads_quality:
    input:
        read_files="results/samples/read_files.tsv",
        checked=of_samples("results/quality/reads/{sample}.tsv"),
    output:
        "results/quality/reads.tsv",
    log:
        "logs/collect_reads_quality/collect_reads_quality.log",
    benchmark:
        "logs/collect_reads_quality/collect_reads_quality.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    message:
        "Collect the quality of all reads"
    script:
        "../scripts/collect_reads_quality.py"


rule fetch:
    input:
        of_samples("results/quality/reads/{sample}.tsv"),
        "results/reference/transcripts.tsv",
        "results/reference/agreement.tsv",
        "results/reference/exons.tsv" if HAS_EXONS else [],
        "results/gene_sets/collections.tsv",
    message:
        "All reads, the reference and the gene sets that can be reached are here and verified"
