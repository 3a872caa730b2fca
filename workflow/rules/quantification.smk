"""From the reference and the reads to transcript abundances with kallisto, and to the counts of genes.

resources/downloads/reference/                 the file as published: `.part` while incomplete, else verified
resources/reference/transcripts.fa             a link to it (FASTA, plain or gzip as published)
resources/reference/transcript_genes           a link to the genes of the transcripts, if reference.transcript_genes names a table
resources/reference/extra/<number>.fa          links to the files of reference.extra
results/reference/transcripts.tsv              one row a transcript, with its gene
results/reference/agreement.tsv                how many of the genes that the study names it has, by where they are named
results/reference/extra_sequences.tsv          one row a sequence that is no gene of the organism
resources/reference/annotation.gtf             a link to the annotation, if reference.annotation names one
results/reference/exons.tsv                    the exons of one transcript of the deleted gene, with their sequences
resources/reference/transcripts.idx            the index
resources/reference/anchors.npz                31-mers that tell in which direction, and from where along transcripts, reads are
results/quantification/<sample>/abundance.tsv  estimated counts and TPM of every transcript
results/quantification/<sample>/run_info.json  reads processed and pseudoaligned, fragment length
results/counts/gene_counts.tsv                 integer counts, genes x samples
results/counts/extra_sequences.tsv             reads of each sequence that is no gene of the organism, in each sample
results/counts/gene_tpm.tsv                    TPM (a table of counts has no lengths)

Where the study starts from transcripts, the abundances are those of transcripts.folder, and their genes stand in transcripts.genes or in
the headers of the reference.
"""

from claimcheck.quantification.kallisto_binary import find_kallisto, quantifies

# Known before hours of downloads; other targets, such as fetch on a host of its own, need no kallisto.
if FROM_ARCHIVE and workflow.is_main_process and not BY_CONDA:
    if workflow.dag_settings and quantifies(workflow.dag_settings.targets):
        checked(find_kallisto)


localrules:
    fetch_transcripts,
    fetch_annotation,
    fetch_extra,
    fetch_transcript_genes,
    list_exons,
    index_anchors,
    compare_genes,


rule fetch_transcripts:
    input:
        local_paths(config["reference"]["transcripts"]),
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


if ABUNDANCES and config["transcripts"]["genes"]:

    localrules:
        list_quantified,

    rule list_quantified:
        input:
            genes=config["transcripts"]["genes"],
        output:
            listed_transcripts="results/reference/transcripts.tsv",
            gene_names="results/counts/gene_names.tsv",
        log:
            "logs/list_quantified/list_quantified.log",
        benchmark:
            "logs/list_quantified/list_quantified.benchmark.tsv"
        conda:
            "../../envs/quantification.yaml"
        message:
            "List the transcripts of {input.genes} and their genes"
        script:
            "../scripts/list_quantified.py"

else:

    localrules:
        list_transcripts,

    rule list_transcripts:
        input:
            transcripts="resources/reference/transcripts.fa",
            extra=EXTRA_FILES,
            transcript_genes=(
                "resources/reference/transcript_genes"
                if config["reference"]["transcript_genes"]
                else []
            ),
            annotation=(
                "resources/reference/annotation.gtf"
                if config["reference"]["annotation"]
                and not config["reference"]["transcript_genes"]
                else []
            ),
        output:
            listed_transcripts="results/reference/transcripts.tsv",
            listed_extra="results/reference/extra_sequences.tsv",
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
        local_paths(config["reference"]["annotation"]),
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


use rule fetch_transcripts as fetch_transcript_genes with:
    input:
        local_paths(config["reference"]["transcript_genes"]),
        ancient("results/samples/samples.tsv"),
    output:
        "resources/reference/transcript_genes",
    log:
        "logs/fetch_transcript_genes/fetch_transcript_genes.log",
    benchmark:
        "logs/fetch_transcript_genes/fetch_transcript_genes.benchmark.tsv"
    params:
        address=config["reference"]["transcript_genes"],
        sha256=None,
        key="reference.transcript_genes",
    message:
        "Fetch the genes of the transcripts from {params.address}"


use rule fetch_transcripts as fetch_extra with:
    input:
        lambda wildcards: local_paths(
            config["reference"]["extra"][int(wildcards.number)]
        ),
        ancient("results/samples/samples.tsv"),
    output:
        "resources/reference/extra/{number}.fa",
    log:
        "logs/fetch_extra/{number}.log",
    benchmark:
        "logs/fetch_extra/{number}.benchmark.tsv"
    params:
        address=lambda wildcards: config["reference"]["extra"][int(wildcards.number)],
        sha256=None,
        key="reference.extra",
    message:
        "Fetch further sequences from {params.address}"


rule list_exons:
    input:
        annotation="resources/reference/annotation.gtf",
        transcripts="resources/reference/transcripts.fa",
        known="results/reference/transcripts.tsv",
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


# Nothing depends on it, so that a register can change and no read is counted again; it comes first, and what fails stops the study.
rule compare_genes:
    input:
        listed="results/reference/transcripts.tsv",
    output:
        "results/reference/agreement.tsv",
    log:
        "logs/compare_genes/compare_genes.log",
    benchmark:
        "logs/compare_genes/compare_genes.benchmark.tsv"
    priority: 9
    conda:
        "../../envs/sourcing.yaml"
    params:
        wanted=REQUESTS.wanted,
        deleted_gene=config["study"]["deleted_gene"],
        symbols=STUDY.symbols,
        key=(
            "transcripts.genes"
            if ABUNDANCES and config["transcripts"]["genes"]
            else "reference.transcripts"
        ),
    message:
        "Compare the genes of the reference with those that the study names"
    script:
        "../scripts/compare_genes.py"


rule index_transcripts:
    input:
        "results/reference/transcripts.tsv",
        transcripts="resources/reference/transcripts.fa",
        extra=EXTRA_FILES,
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


rule index_anchors:
    input:
        transcripts="resources/reference/transcripts.fa",
        listed="results/reference/transcripts.tsv",
    output:
        "resources/reference/anchors.npz",
    log:
        "logs/index_anchors/index_anchors.log",
    benchmark:
        "logs/index_anchors/index_anchors.benchmark.tsv"
    conda:
        "../../envs/quantification.yaml"
    message:
        "Index the 31-mers that tell of strand and coverage"
    script:
        "../scripts/index_anchors.py"


rule quantify_sample:
    input:
        index="resources/reference/transcripts.idx",
        reads=lambda wildcards: read_files().of_sample(wildcards.sample),
        checked="results/quality/reads/{sample}.tsv",
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


if FROM_ARCHIVE:

    rule import_abundances:
        input:
            samples="results/samples/samples.tsv",
            transcripts="results/reference/transcripts.tsv",
            listed_extra="results/reference/extra_sequences.tsv",
            abundances=of_samples("results/quantification/{sample}/abundance.tsv"),
        output:
            counts="results/counts/gene_counts.tsv",
            tpm="results/counts/gene_tpm.tsv",
            extra="results/counts/extra_sequences.tsv",
        log:
            "logs/import_abundances/import_abundances.log",
        benchmark:
            "logs/import_abundances/import_abundances.benchmark.tsv"
        conda:
            "../../envs/quantification.yaml"
        resources:
            mem_mb=growing(4000),
            runtime=growing(30),
        message:
            "Sum the transcript abundances of all samples to gene counts"
        script:
            "../scripts/import_abundances.py"

elif ABUNDANCES:

    rule import_transcripts:
        input:
            samples="results/samples/samples.tsv",
            transcripts="results/reference/transcripts.tsv",
            abundances=ABUNDANCES.tables,
            reports=ABUNDANCES.reports,
        output:
            counts="results/counts/gene_counts.tsv",
            tpm="results/counts/gene_tpm.tsv",
            mapping="results/quality/mapping.tsv",
            gates="results/quality/gates/transcripts.tsv",
        log:
            "logs/import_transcripts/import_transcripts.log",
        benchmark:
            "logs/import_transcripts/import_transcripts.benchmark.tsv"
        conda:
            "../../envs/quantification.yaml"
        resources:
            mem_mb=growing(4000),
            runtime=growing(60),
        params:
            animals=ABUNDANCES.samples,
            reported=list(ABUNDANCES.by_sample),
            quantifier=ABUNDANCES.quantifier,
            source=config["transcripts"]["genes"] or "reference.transcripts",
            quality=config["quality"],
        message:
            "Sum the transcript abundances of all samples to gene counts"
        script:
            "../scripts/import_transcripts.py"

else:

    localrules:
        import_counts,

    rule import_counts:
        input:
            files=(
                list(STUDY.count_files.by_sample.values())
                if STUDY.count_files
                else [config["counts"]["table"]]
            ),
            samples="results/samples/samples.tsv",
            curated=CURATED,
            names=config["counts"]["genes"] or [],
        output:
            counts="results/counts/gene_counts.tsv",
            gene_names="results/counts/gene_names.tsv",
            gates="results/quality/gates/counts_table.tsv",
        log:
            "logs/import_counts/import_counts.log",
        benchmark:
            "logs/import_counts/import_counts.benchmark.tsv"
        conda:
            "../../envs/expression.yaml"
        params:
            stated=STUDY.symbols,
            animals=list(STUDY.count_files.by_sample) if STUDY.count_files else [],
            left_out=STUDY.count_files.left_out if STUDY.count_files else [],
            column=config["counts"]["column"],
            strandedness=config["quality"]["strandedness"],
        message:
            "Read the gene counts of the samples"
        script:
            "../scripts/import_counts.py"
