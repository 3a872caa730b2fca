"""From reads to transcript abundances with kallisto.

resources/reference/transcripts.idx                   the index
results/quantification/<sample>/abundance.tsv         estimated counts and TPM of every transcript
results/quantification/<sample>/run_info.json         reads processed and pseudoaligned
"""


rule index_transcripts:
    input:
        transcripts="resources/reference/transcripts.fa",
        listed="results/reference/transcripts.tsv",
    output:
        "resources/reference/transcripts.idx",
    log:
        "logs/index_transcripts/index_transcripts.log",
    benchmark:
        "logs/index_transcripts/index_transcripts.benchmark.tsv"
    conda:
        "../../envs/quantification.yaml"
    threads: config["quantification"]["threads"]
    resources:
        mem_mb=4000,
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
        mem_mb=4000,
    params:
        threads=config["quantification"]["threads"],
        fragment_length=config["quantification"]["fragment_length"],
        fragment_sd=config["quantification"]["fragment_sd"],
    message:
        "Quantify {wildcards.sample} with kallisto"
    script:
        "../scripts/quantify_sample.py"
