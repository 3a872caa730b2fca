"""From abundances, or a table of counts, to the counts of genes.

results/counts/gene_counts.tsv   integer counts, genes x samples
results/counts/gene_tpm.tsv      TPM (from the archive only: a table of counts has no lengths)
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
        resources:
            mem_mb=growing(4000),
            runtime=growing(30),
        message:
            "Sum the transcript abundances of all samples to gene counts"
        script:
            "../scripts/import_abundances.py"

else:

    localrules:
        import_counts,

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
        message:
            "Read the gene counts {input.table}"
        script:
            "../scripts/import_counts.py"
