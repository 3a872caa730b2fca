"""From abundances, or a table of counts, to quality gates and differential expression.

results/counts/gene_counts.tsv          integer counts, genes x samples
results/counts/gene_tpm.tsv             TPM (from the archive only: a table of counts has no lengths)
results/quality/mapping.tsv             reads processed and pseudoaligned (from the archive only)
results/quality/gates.tsv               every gate with value, threshold and reason
results/differential/genes.tsv          one row a tested gene
results/differential/summary.tsv        how many genes were tested, left out and found
results/differential/size_factors.tsv   size factor and library size of each sample
results/expression/pca.tsv              principal components of the samples
"""

if FROM_ARCHIVE:

    rule import_abundances:
        input:
            samples="results/samples/samples.tsv",
            transcripts="results/reference/transcripts.tsv",
            abundances=of_samples("results/quantification/{sample}/abundance.tsv"),
        output:
            counts="results/counts/gene_counts.tsv",
            tpm="results/counts/gene_tpm.tsv",
        log:
            "logs/import_abundances/import_abundances.log",
        benchmark:
            "logs/import_abundances/import_abundances.benchmark.tsv"
        conda:
            "../../envs/quantification.yaml"
        params:
            library=LIBRARY["expression"],
        message:
            "Sum the transcript abundances of all samples to gene counts"
        script:
            "../scripts/import_abundances.py"

    rule gate_mapping:
        input:
            samples="results/samples/samples.tsv",
            run_infos=of_samples("results/quantification/{sample}/run_info.json"),
        output:
            mapping="results/quality/mapping.tsv",
            gates="results/quality/gates.tsv",
        log:
            "logs/gate_mapping/gate_mapping.log",
        benchmark:
            "logs/gate_mapping/gate_mapping.benchmark.tsv"
        conda:
            "../../envs/expression.yaml"
        params:
            library=LIBRARY["expression"],
            thresholds=config["quality"],
        message:
            "Hold the pseudoaligned reads of each sample against the thresholds"
        script:
            "../scripts/gate_mapping.py"

else:

    rule import_counts:
        input:
            table=config["counts"]["table"],
            samples="results/samples/samples.tsv",
        output:
            "results/counts/gene_counts.tsv",
        log:
            "logs/import_counts/import_counts.log",
        benchmark:
            "logs/import_counts/import_counts.benchmark.tsv"
        conda:
            "../../envs/expression.yaml"
        params:
            library=LIBRARY["expression"],
        message:
            "Read the gene counts {input.table}"
        script:
            "../scripts/import_counts.py"

    rule gate_counts:
        input:
            "results/counts/gene_counts.tsv",
        output:
            "results/quality/gates.tsv",
        log:
            "logs/gate_counts/gate_counts.log",
        benchmark:
            "logs/gate_counts/gate_counts.benchmark.tsv"
        conda:
            "../../envs/expression.yaml"
        params:
            library=LIBRARY["expression"],
            thresholds=config["quality"],
        message:
            "Hold the library size of each sample against the thresholds"
        script:
            "../scripts/gate_counts.py"


rule compare_groups:
    input:
        counts="results/counts/gene_counts.tsv",
        samples="results/samples/samples.tsv",
        gates="results/quality/gates.tsv",
        transcripts=branch(
            FROM_ARCHIVE, then="results/reference/transcripts.tsv", otherwise=[]
        ),
        gene_sets=curated_tables(),
    output:
        genes="results/differential/genes.tsv",
        summary="results/differential/summary.tsv",
        size_factors="results/differential/size_factors.tsv",
        pca="results/expression/pca.tsv",
    log:
        "logs/compare_groups/compare_groups.log",
    benchmark:
        "logs/compare_groups/compare_groups.benchmark.tsv"
    conda:
        "../../envs/expression.yaml"
    resources:
        mem_mb=4000,
    params:
        library=LIBRARY["expression"],
        design=config["design"],
        differential=config["differential"],
        deleted_gene=config["study"]["deleted_gene"],
        labelled=config["report"]["label_genes"],
    message:
        "Test every gene for a difference between the groups with PyDESeq2"
    script:
        "../scripts/compare_groups.py"
