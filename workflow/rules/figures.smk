"""Figures, each from an entry of report/figures.yaml: those of a section are drawn in one job, `draw_<section>`.

Outputs: results/figures/<figure>.svg and .tsv (exactly what is drawn)

`snakemake quality` draws those of the quality phase, whatever the gates say; `snakemake pdf` draws all as results/figures/<figure>.pdf.
"""

import itertools
from tempfile import TemporaryDirectory

from claimcheck.figures.registry import OF_GROUPS, write_captions

# Snakemake reads a caption from a file, and only where it makes its report: these go when it ends.
CAPTIONS_FOLDER = TemporaryDirectory(prefix="claimcheck.")
CAPTIONS = write_captions(FIGURES, Path(CAPTIONS_FOLDER.name))


localrules:
    quality,
    pdf,


rule quality:
    input:
        "results/reference/agreement.tsv" if HAS_TRANSCRIPTS else [],
        "results/quality/gates.tsv",
        "results/exports/multiqc/multiqc_config.yaml",
        [figure.file("svg") for figure in SECTIONS["quality"].figures],
    message:
        "Quality, composition and identity are assessed: results/quality, results/identity, results/figures"


rule pdf:
    input:
        [figure.file("pdf") for figure in FIGURES],
    message:
        "Every figure is a PDF: results/figures"


# In a line of its own Snakemake would take `report(` for a keyword.
flagged = lambda figure: report(
    figure.file("svg"), caption=str(CAPTIONS[figure.name]), **figure.shown
)
# The files on the page, of which the drawings are in Snakemake's report as well, and those for print.
DRAWN = {
    "draw": {figure.name: [flagged(figure), figure.file("tsv")] for figure in FIGURES},
    "print": {figure.name: [figure.file("pdf")] for figure in FIGURES},
}

for section, (task, files) in itertools.product(SECTIONS.values(), DRAWN.items()):

    rule:
        name:
            f"{task}_{section.name}"
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
            drawn=[file for figure in section.figures for file in files[figure.name]],
        log:
            f"logs/{task}_{section.name}/{task}_{section.name}.log",
        benchmark:
            f"logs/{task}_{section.name}/{task}_{section.name}.benchmark.tsv"
        localrule: True
        conda:
            "../../envs/figures.yaml"
        params:
            **GROUPS,
            **({} if section.name in OF_GROUPS else INTERACTION),
            figures=section.params,
            simulated=SIMULATED,
        message:
            f"{task.capitalize()} the figures of the section {section.name}: {len(section.figures)}"
        script:
            "../scripts/draw_section.py"
