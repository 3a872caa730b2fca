"""A simulated study with planted truth, behind an archive's own interface; only where the configuration has `simulation`.

resources/simulation/archive/                   a mirror of the archive: file report and FASTQ
resources/simulation/transcripts.fa.gz          the reference transcripts
resources/simulation/annotation.gtf.gz          their exons
resources/simulation/truth/{genes,sets,samples}.tsv   what was planted
"""


rule simulate_archive:
    input:
        gene_sets=CURATED,
        expression=config["simulation"]["reference_expression"],
    output:
        archive=directory("resources/simulation/archive"),
        transcripts="resources/simulation/transcripts.fa.gz",
        annotation="resources/simulation/annotation.gtf.gz",
        genes="resources/simulation/truth/genes.tsv",
        sets="resources/simulation/truth/sets.tsv",
        samples="resources/simulation/truth/samples.tsv",
    log:
        "logs/simulate_archive/simulate_archive.log",
    benchmark:
        "logs/simulate_archive/simulate_archive.benchmark.tsv"
    conda:
        "../../envs/quantification.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        simulation=config["simulation"],
    message:
        "Simulate a study with planted truth and an archive that holds it"
    script:
        "../scripts/simulate_archive.py"
