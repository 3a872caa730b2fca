"""From the accession to samples: which runs there are, and which animal and group each belongs to.

From the archive:  resources/archive/run_table.tsv    the runs that ENA or NCBI lists
                   resources/archive/attributes.tsv   the attributes of their samples
                   resources/archive/responses.tsv    checksum of every reply; the replies are in responses/
                   results/samples/samples.tsv        one row a sample (checkpoint: the runs decide what follows)
                   results/samples/calls.tsv          every run of the project: its sample, or why it was left out
                   results/samples/read_files.tsv     one row a FASTQ file of these samples
Else:              results/samples/samples.tsv        from the sheet counts.samples or transcripts.samples

`snakemake samples` stops here and prints the sheet with the evidence for each call.
"""

if FROM_ARCHIVE:

    localrules:
        fetch_metadata,
        resolve_samples,

    rule fetch_metadata:
        input:
            local_paths(
                *(
                    config["archive"][name]
                    for name in ("ena", "ncbi", "biosamples", "browser")
                )
            ),
        output:
            run_table="resources/archive/run_table.tsv",
            attributes="resources/archive/attributes.tsv",
            responses="resources/archive/responses.tsv",
        log:
            "logs/fetch_metadata/fetch_metadata.log",
        benchmark:
            "logs/fetch_metadata/fetch_metadata.benchmark.tsv"
        retries: 0
        conda:
            "../../envs/sourcing.yaml"
        params:
            accession=config["study"]["bioproject"],
            tax_id=config["study"]["tax_id"],
            archive=config["archive"],
        message:
            "Ask the archives for the runs of {params.accession} and the attributes of its samples"
        script:
            "../scripts/fetch_metadata.py"

    checkpoint resolve_samples:
        input:
            run_table="resources/archive/run_table.tsv",
            attributes="resources/archive/attributes.tsv",
            sheet=branch(exists(SHEET), then=SHEET, otherwise=[]),
        output:
            samples="results/samples/samples.tsv",
            calls="results/samples/calls.tsv",
            read_files="results/samples/read_files.tsv",
        log:
            "logs/resolve_samples/resolve_samples.log",
        benchmark:
            "logs/resolve_samples/resolve_samples.benchmark.tsv"
        retries: 0
        conda:
            "../../envs/sourcing.yaml"
        params:
            **(
                {
                    # an archive's conditional knockout tells these two
                    **{key: SEVERAL.groups[0][key] for key in ("test", "reference")},
                    "comparisons": SEVERAL.groups,
                }
                if SEVERAL
                else {**GROUPS, **INTERACTION, **PICKED}
            ),
            accession=config["study"]["bioproject"],
            tax_id=config["study"]["tax_id"],
            rules=config["samples"],
            covariates=config["design"]["covariates"],
            has_objects=config["archive"]["sra"] != "none",
        message:
            "Decide which animal and group each run belongs to; stop here if the archive does not say"
        script:
            "../scripts/resolve_samples.py"

else:

    localrules:
        read_sample_sheet,

    rule read_sample_sheet:
        input:
            sheet=config[config["start_from"]]["samples"],
        output:
            "results/samples/samples.tsv",
        log:
            "logs/read_sample_sheet/read_sample_sheet.log",
        benchmark:
            "logs/read_sample_sheet/read_sample_sheet.benchmark.tsv"
        conda:
            "../../envs/sourcing.yaml"
        params:
            **GROUPS,
            **INTERACTION,
            **PICKED,
            key=f"{config['start_from']}.samples",
            factor=config["design"]["factor"],
            covariates=config["design"]["covariates"],
        message:
            "Read the sample sheet {input}"
        script:
            "../scripts/read_sample_sheet.py"


localrules:
    samples,


rule samples:
    input:
        samples="results/samples/samples.tsv",
        calls="results/samples/calls.tsv" if FROM_ARCHIVE else [],
    # No benchmark: a file that is there counts as done, and the sheet would be printed once only.
    log:
        "logs/samples/samples.log",
    conda:
        "../../envs/sourcing.yaml"
    message:
        "Print the sample sheet"
    script:
        "../scripts/print_samples.py"
