"""From the reference's address to its transcripts, and to the exons of the deleted gene.

resources/downloads/reference/           the file as published: `.part` while incomplete, else verified
resources/reference/transcripts.fa       a link to it (FASTA, plain or gzip as published)
results/reference/transcripts.tsv        one row a transcript, its gene read from the header
resources/reference/annotation.gtf       a link to the annotation, if reference.annotation names one
results/reference/exons.tsv              the exons of one transcript of the deleted gene, with their sequences
"""


localrules:
    fetch_transcripts,
    fetch_annotation,
    list_transcripts,
    list_exons,


rule fetch_transcripts:
    input:
        local_inputs(config["reference"]["transcripts"]),
        # nothing large is fetched before it is known who is in which group
        ancient("results/samples/samples.tsv"),
    output:
        "resources/reference/transcripts.fa",
    log:
        "logs/fetch_transcripts/fetch_transcripts.log",
    benchmark:
        "logs/fetch_transcripts/fetch_transcripts.benchmark.tsv"
    retries: 0
    conda:
        "../../envs/sourcing.yaml"
    params:
        address=config["reference"]["transcripts"],
        sha256=config["reference"]["sha256"],
        key="reference.transcripts",
    message:
        "Fetch the reference transcripts from {params.address}"
    script:
        "../scripts/fetch_reference.py"


rule list_transcripts:
    input:
        transcripts="resources/reference/transcripts.fa",
    output:
        "results/reference/transcripts.tsv",
    log:
        "logs/list_transcripts/list_transcripts.log",
    benchmark:
        "logs/list_transcripts/list_transcripts.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    message:
        "List the transcripts of the reference and their genes"
    script:
        "../scripts/list_transcripts.py"


use rule fetch_transcripts as fetch_annotation with:
    input:
        local_inputs(config["reference"]["annotation"]),
        ancient("results/samples/samples.tsv"),
    output:
        "resources/reference/annotation.gtf",
    log:
        "logs/fetch_annotation/fetch_annotation.log",
    benchmark:
        "logs/fetch_annotation/fetch_annotation.benchmark.tsv"
    params:
        address=config["reference"]["annotation"],
        sha256=config["reference"]["annotation_sha256"],
        key="reference.annotation",
    message:
        "Fetch the annotation from {params.address}"


rule list_exons:
    input:
        annotation="resources/reference/annotation.gtf",
        transcripts="resources/reference/transcripts.fa",
    output:
        "results/reference/exons.tsv",
    log:
        "logs/list_exons/list_exons.log",
    benchmark:
        "logs/list_exons/list_exons.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    params:
        gene=config["study"]["deleted_gene"],
        transcript=config["identity"]["transcript"],
    message:
        "Cut a transcript of {params.gene} into its exons"
    script:
        "../scripts/list_exons.py"
