"""Figures, each from an entry of report/figures.yaml: those of a section are drawn in one job, `draw_<section>`.

Outputs: results/figures/<figure>.svg, .pdf and .tsv (exactly what is drawn)

`snakemake quality` draws those of the quality phase, whatever the gates say.
"""

from tempfile import TemporaryDirectory

from claimcheck.figures.registry import write_captions

# Snakemake reads a caption from a file, and only where it makes its report: these go when it ends.
CAPTIONS_FOLDER = TemporaryDirectory(prefix="claimcheck.")
CAPTIONS = write_captions(FIGURES, Path(CAPTIONS_FOLDER.name))


localrules:
    quality,


rule quality:
    input:
        "results/reference/agreement.tsv" if HAS_TRANSCRIPTS else [],
        "results/quality/gates.tsv",
        [figure.file("svg") for figure in SECTIONS["quality"].figures],
    message:
        "Quality, composition and identity are assessed: results/quality, results/identity, results/figures"


for section in SECTIONS.values():

    rule:
        name:
            f"draw_{section.name}"
        input:
            tables=section.tables,
            claims=(
                file_or_none(config["claims"]) if "register" in section.needs else []
            ),
            gene_sets=(
                GENE_TABLES["gene_sets"]
                if {"register", "gene_sets"} & section.needs
                else []
            ),
            transcripts=(
                GENE_TABLES["transcripts"] if "transcripts" in section.needs else []
            ),
        output:
            svg=[
                report(
                    figure.file("svg"),
                    caption=str(CAPTIONS[figure.name]),
                    **figure.shown,
                )
                for figure in section.figures
            ],
            pdf=[figure.file("pdf") for figure in section.figures],
            table=[figure.file("tsv") for figure in section.figures],
        log:
            f"logs/draw_{section.name}/draw_{section.name}.log",
        benchmark:
            f"logs/draw_{section.name}/draw_{section.name}.benchmark.tsv"
        localrule: True
        conda:
            "../../envs/figures.yaml"
        params:
            **GROUPS,
            figures=section.params,
            simulated=SIMULATED,
        message:
            f"Draw the figures of the section {section.name}: {len(section.figures)}"
        script:
            "../scripts/draw_section.py"
