"""What a comparison takes over from the study that it is one of, in place of making it again (`parent` of its configuration).

resources/collections/                    links to the published gene sets that the study has fetched
results/gene_sets/collections.tsv         what is said of them
From the archive:
results/samples/samples.tsv               the samples of this comparison (checkpoint, as of any study)
results/samples/calls.tsv                 every run of the project: its sample, or why it was left out
results/samples/read_files.tsv            one row a FASTQ file of these samples
results/quality/{libraries,gene_body,exons}/<sample>.tsv, results/quantification/<sample>/run_info.json, results/reference/   copies
results/quality/reads.tsv, results/counts/                                                           the part of these samples
"""


localrules:
    take_collections,


rule take_collections:
    input:
        fetched=f"{PARENT}/results/gene_sets/collections.tsv",
        links=f"{PARENT}/resources/collections",
    output:
        folder=directory("resources/collections"),
        table="results/gene_sets/collections.tsv",
    log:
        "logs/take_collections/take_collections.log",
    benchmark:
        "logs/take_collections/take_collections.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    message:
        "Take over the published collections of gene sets from {PARENT}"
    script:
        "../scripts/take_collections.py"


if FROM_ARCHIVE:
    OF_SAMPLE = [
        "results/quality/libraries/{sample}.tsv",
        "results/quality/gene_body/{sample}.tsv",
        *(["results/quality/exons/{sample}.tsv"] if HAS_EXONS else []),
        "results/quantification/{sample}/run_info.json",
    ]
    OF_REFERENCE = [
        "results/reference/transcripts.tsv",
        "results/reference/agreement.tsv",
        "results/reference/extra_sequences.tsv",
    ]

    localrules:
        resolve_samples,
        take_of_sample,
        take_reference,
        take_counts,

    checkpoint resolve_samples:
        input:
            whole=f"{PARENT}/results/samples/samples.tsv",
            all_calls=f"{PARENT}/results/samples/calls.tsv",
            all_files=f"{PARENT}/results/samples/read_files.tsv",
        output:
            samples="results/samples/samples.tsv",
            calls="results/samples/calls.tsv",
            read_files="results/samples/read_files.tsv",
        log:
            "logs/resolve_samples/resolve_samples.log",
        benchmark:
            "logs/resolve_samples/resolve_samples.benchmark.tsv"
        conda:
            "../../envs/sourcing.yaml"
        params:
            design=DESIGN,
        message:
            "Take over the samples of this comparison from {input.whole}"
        script:
            "../scripts/take_samples.py"

    rule take_of_sample:
        input:
            taken=[f"{PARENT}/{path}" for path in OF_SAMPLE],
        output:
            copies=OF_SAMPLE,
        log:
            "logs/take_of_sample/{sample}.log",
        benchmark:
            "logs/take_of_sample/{sample}.benchmark.tsv"
        conda:
            "../../envs/sourcing.yaml"
        message:
            "Take over what was measured on the reads of {wildcards.sample}"
        script:
            "../scripts/take_files.py"

    use rule take_of_sample as take_reference with:
        input:
            taken=[f"{PARENT}/{path}" for path in OF_REFERENCE],
        output:
            copies=OF_REFERENCE,
        log:
            "logs/take_reference/take_reference.log",
        benchmark:
            "logs/take_reference/take_reference.benchmark.tsv"
        message:
            "Take over the transcripts of the reference and their genes"

    rule take_counts:
        input:
            samples="results/samples/samples.tsv",
            read_files="results/samples/read_files.tsv",
            all_counts=f"{PARENT}/results/counts/gene_counts.tsv",
            all_tpm=f"{PARENT}/results/counts/gene_tpm.tsv",
            all_extra=f"{PARENT}/results/counts/extra_sequences.tsv",
            all_reads=f"{PARENT}/results/quality/reads.tsv",
        output:
            counts="results/counts/gene_counts.tsv",
            tpm="results/counts/gene_tpm.tsv",
            extra="results/counts/extra_sequences.tsv",
            reads="results/quality/reads.tsv",
        log:
            "logs/take_counts/take_counts.log",
        benchmark:
            "logs/take_counts/take_counts.benchmark.tsv"
        conda:
            "../../envs/sourcing.yaml"
        message:
            "Take over the counts of the samples of this comparison"
        script:
            "../scripts/take_counts.py"
