"""From runs to verified reads.

resources/downloads/<run>/        files as the archive names them: `.part` while incomplete, else verified
resources/reads/<run>_1.fastq.gz  links to them under names of our own; `_1` and `_2` for paired runs,
resources/reads/<run>.fastq.gz    the plain name for single-end runs
results/quality/reads/<run>.tsv   number, length and quality of the reads of each file
results/quality/reads.tsv         the same of all runs, a row a file

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


rule check_reads:
    input:
        reads=lambda wildcards: read_files().of_run(wildcards.run),
    output:
        "results/quality/reads/{run}.tsv",
    log:
        "logs/check_reads/{run}.log",
    benchmark:
        "logs/check_reads/{run}.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(60),
    params:
        run="{run}",
    message:
        "Check the reads of {wildcards.run} and measure their quality"
    script:
        "../scripts/check_reads.py"


rule collect_reads_quality:
    input:
        read_files="results/samples/read_files.tsv",
        checked=lambda wildcards: expand(
            "results/quality/reads/{run}.tsv", run=read_files().runs
        ),
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
        lambda wildcards: expand(
            "results/quality/reads/{run}.tsv", run=read_files().runs
        ),
        "results/reference/transcripts.tsv",
        "results/reference/agreement.tsv",
        "results/reference/exons.tsv" if HAS_EXONS else [],
        "results/gene_sets/collections.tsv",
    message:
        "All reads, the reference and the gene sets that can be reached are here and verified"
