"""From the reference's address to its transcripts.

resources/downloads/reference/           the file as published: `.part` while incomplete, else verified
resources/reference/transcripts.fa       a link to it (FASTA, plain or gzip as published)
results/reference/transcripts.tsv        one row a transcript, its gene read from the header
"""


localrules:
    fetch_transcripts,


rule fetch_transcripts:
    input:
        local=local_inputs(config["reference"]["transcripts"]),
        # nothing large is fetched before it is known who is in which group
        samples=ancient("results/samples/samples.tsv"),
    output:
        "resources/reference/transcripts.fa",
    log:
        "logs/fetch_transcripts/fetch_transcripts.log",
    benchmark:
        "logs/fetch_transcripts/fetch_transcripts.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    params:
        address=config["reference"]["transcripts"],
        sha256=config["reference"]["sha256"],
    message:
        "Fetch the reference transcripts from {params.address}"
    script:
        "../scripts/fetch_transcripts.py"


rule list_transcripts:
    input:
        "resources/reference/transcripts.fa",
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
