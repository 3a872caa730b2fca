"""From reads to transcript abundances with kallisto.

resources/reference/transcripts.idx                   the index
results/quantification/<sample>/abundance.tsv         estimated counts and TPM of every transcript
results/quantification/<sample>/run_info.json         reads processed and pseudoaligned, fragment length
results/quality/libraries/<sample>.tsv                strandedness and bias of coverage, on the first reads
results/quality/gene_body/<sample>.tsv                their coverage along transcripts
results/quality/exons/<sample>.tsv                    reads in the exons of the deleted gene and over its junctions
"""


rule index_transcripts:
    input:
        "results/reference/transcripts.tsv",
        transcripts="resources/reference/transcripts.fa",
    output:
        index="resources/reference/transcripts.idx",
    log:
        "logs/index_transcripts/index_transcripts.log",
    benchmark:
        "logs/index_transcripts/index_transcripts.benchmark.tsv"
    conda:
        "../../envs/quantification.yaml"
    threads: config["quantification"]["threads"]
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        threads=config["quantification"]["threads"],
    message:
        "Index the reference transcripts with kallisto"
    script:
        "../scripts/index_transcripts.py"


rule quantify_sample:
    input:
        index="resources/reference/transcripts.idx",
        reads=lambda wildcards: reads_of_sample(wildcards.sample),
        checked=lambda wildcards: expand(
            "results/quality/reads/{run}.tsv", run=runs_of_sample(wildcards.sample)
        ),
    output:
        abundance="results/quantification/{sample}/abundance.tsv",
        run_info="results/quantification/{sample}/run_info.json",
    log:
        "logs/quantify_sample/{sample}.log",
    benchmark:
        "logs/quantify_sample/{sample}.benchmark.tsv"
    conda:
        "../../envs/quantification.yaml"
    threads: config["quantification"]["threads"]
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        threads=config["quantification"]["threads"],
        fragment_length=config["quantification"]["fragment_length"],
        fragment_sd=config["quantification"]["fragment_sd"],
    message:
        "Quantify {wildcards.sample} with kallisto"
    script:
        "../scripts/quantify_sample.py"


rule measure_library:
    input:
        lambda wildcards: expand(
            "results/quality/reads/{run}.tsv", run=runs_of_sample(wildcards.sample)
        ),
        transcripts="resources/reference/transcripts.fa",
        listed="results/reference/transcripts.tsv",
        reads=lambda wildcards: files_of_run(runs_of_sample(wildcards.sample)[0]),
    output:
        library="results/quality/libraries/{sample}.tsv",
        gene_body="results/quality/gene_body/{sample}.tsv",
    log:
        "logs/measure_library/{sample}.log",
    benchmark:
        "logs/measure_library/{sample}.benchmark.tsv"
    conda:
        "../../envs/quantification.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        sample="{sample}",
        most_reads=config["quality"]["subset_reads"],
        strandedness=config["quality"]["strandedness"],
    message:
        "Measure strandedness and coverage along transcripts of {wildcards.sample}"
    script:
        "../scripts/measure_library.py"


rule profile_exons:
    input:
        exons="results/reference/exons.tsv",
        reads=lambda wildcards: reads_of_sample(wildcards.sample),
        checked=lambda wildcards: expand(
            "results/quality/reads/{run}.tsv", run=runs_of_sample(wildcards.sample)
        ),
    output:
        "results/quality/exons/{sample}.tsv",
    log:
        "logs/profile_exons/{sample}.log",
    benchmark:
        "logs/profile_exons/{sample}.benchmark.tsv"
    conda:
        "../../envs/quantification.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(240),
    params:
        sample="{sample}",
    message:
        "Count the reads of {wildcards.sample} in the exons of the deleted gene"
    script:
        "../scripts/profile_exons.py"
