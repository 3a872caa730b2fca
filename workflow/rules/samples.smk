"""From the accession to samples: which runs there are, and which animal and group each belongs to.

From the archive:  resources/archive/filereport.tsv   the archive's reply, as it came
                   results/samples/samples.tsv        one row a sample (checkpoint: the runs decide what follows)
                   results/samples/read_files.tsv     one row a FASTQ file of these samples
From counts:       results/samples/samples.tsv        from the sheet counts.samples
"""

if FROM_ARCHIVE:

    localrules:
        fetch_run_table,
        resolve_samples,

    rule fetch_run_table:
        input:
            local_inputs(config["archive"]["ena"]),
        output:
            "resources/archive/filereport.tsv",
        log:
            "logs/fetch_run_table/fetch_run_table.log",
        benchmark:
            "logs/fetch_run_table/fetch_run_table.benchmark.tsv"
        conda:
            "../../envs/sourcing.yaml"
        params:
            accession=config["study"]["bioproject"],
            ena=config["archive"]["ena"],
        message:
            "Ask the archive for the runs of {params.accession}"
        script:
            "../scripts/fetch_run_table.py"

    checkpoint resolve_samples:
        input:
            filereport="resources/archive/filereport.tsv",
            sheet=branch(exists(SHEET), then=SHEET, otherwise=[]),
        output:
            samples="results/samples/samples.tsv",
            read_files="results/samples/read_files.tsv",
        log:
            "logs/resolve_samples/resolve_samples.log",
        benchmark:
            "logs/resolve_samples/resolve_samples.benchmark.tsv"
        conda:
            "../../envs/sourcing.yaml"
        params:
            accession=config["study"]["bioproject"],
            tax_id=config["study"]["tax_id"],
            fields=config["samples"]["fields"],
            patterns=config["samples"]["patterns"],
            factor=config["design"]["factor"],
            test=config["design"]["test"],
            reference=config["design"]["reference"],
        message:
            "Decide which animal and group each run belongs to; stop here if the archive does not say"
        script:
            "../scripts/resolve_samples.py"

else:

    rule read_sample_sheet:
        input:
            config["counts"]["samples"],
        output:
            "results/samples/samples.tsv",
        log:
            "logs/read_sample_sheet/read_sample_sheet.log",
        benchmark:
            "logs/read_sample_sheet/read_sample_sheet.benchmark.tsv"
        conda:
            "../../envs/sourcing.yaml"
        params:
            factor=config["design"]["factor"],
            test=config["design"]["test"],
            reference=config["design"]["reference"],
        message:
            "Read the sample sheet {input}"
        script:
            "../scripts/read_sample_sheet.py"
