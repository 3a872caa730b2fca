"""Look whether the gene is deleted, from its level, its exons and its junctions, and whether the tissue is the one named.

A swap that shows is a failed gate, which stops the study; nothing is relabelled.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.core.steps import step
from claimcheck.core.tables import columns_of, listed, read_table, write_table
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.levels import log2_cpm_of_total
from claimcheck.qc import exons as exon_profiles
from claimcheck.qc import gates
from claimcheck.qc import identity as knockout
from claimcheck.qc.panels import select_genes
from claimcheck.qc.tissue import judge_tissue
from claimcheck.quantification.genes import Annotation, folder_of, read_annotation

STATUS = {knockout.CONFIRMED: "pass", knockout.UNCONFIRMED: "warn", knockout.CONTRADICTED: "fail"}


def main(
    *,
    counts: Path,
    tpm: Path | None,
    samples: Path,
    size_factors: Path,
    composition: Path,
    profiles: list[Path],
    annotation: Annotation,
    settings: dict[str, Any],
    deleted_gene: str | None,
    design: Design,
    outputs: dict[str, Path],
) -> None:
    """Write levels, effects, exons, junctions, carriers, outcomes and gates; tables of what is not asked are empty."""
    sheet = read_table(samples)
    counted = read_table(counts).set_index("gene_id")[list(sheet["sample"])]
    outcomes: list[tuple[str, str, str]] = []
    found: list[gates.Gate] = []
    nothing = {name: pd.DataFrame(columns=columns_of(path)) for name, path in outputs.items()}
    exon_table, junctions, carriers = (nothing[name] for name in ("exons", "junctions", "carriers"))
    if profiles:
        exon_table, junctions, carriers = _profiles(profiles, sheet, settings["junction"])
    write_table(exon_table, outputs["exons"])
    write_table(junctions, outputs["junctions"])
    write_table(carriers, outputs["carriers"])
    levels, effects = nothing["levels"], nothing["effects"]
    if deleted_gene:
        levels = knockout.gene_levels(
            log2_cpm_of_total(counted), sheet, deleted_gene, settings["other_source"]["genes"]
        )
        estimated = knockout.level_effects(levels, design)
        levels["residual"] = knockout.residuals_to_reference(levels, design)
        effects = _as_table(estimated, levels, design)
        question = knockout.Question(
            symbol=annotation.symbols_of([deleted_gene])[0],
            marker_name=settings["other_source"]["name"],
            threshold=settings["threshold"],
            markers_differ=_differs(read_table(composition), settings["other_source"]["panel"]),
        )
        seen = _read_exons(exon_table, carriers, design) if len(exon_table) else None
        outcome, sentence = knockout.judge_knockout(levels, estimated, seen, question, design)
        outcomes.append(("knockout", outcome, sentence))
        found.append(gates.Gate("knockout", "study", STATUS[outcome], outcome, "", sentence))
        odd = knockout.discordant(levels, seen, design)
        if odd and outcome != knockout.CONTRADICTED:
            reason = f"the exons of {listed(odd, most=10)} do not fit the label: results without them are needed"
            found.append(gates.Gate("discordant_exons", "study", "warn", len(odd), 0, reason))
    if settings["tissue"]:
        rule = settings["tissue"]
        factors = read_table(size_factors).set_index("sample")["size_factor"]
        named = {"sets": [rule["panel"]] if rule["panel"] else []}
        where = "config/config.yaml, identity.tissue.panel"
        panel = select_genes(named, annotation.members, annotation.genes, where=where) or frozenset()
        levels_tpm = read_table(tpm).set_index("gene_id") if tpm else None
        panel_tpm = None if levels_tpm is None else levels_tpm.loc[levels_tpm.index.isin(panel)]
        markers = [gene for genes in rule["markers"] for gene in genes]
        symbols = dict(zip(markers, annotation.symbols_of(markers), strict=True))
        outcome, sentence = judge_tissue(counted / factors[list(sheet["sample"])], panel_tpm, rule, symbols)
        outcomes.append(("tissue", outcome, sentence))
        # claims that need the tissue are not tested then; the study itself goes on
        status = "pass" if outcome == knockout.CONFIRMED else "warn"
        found.append(gates.Gate("tissue", "study", status, outcome, "", sentence))
    write_table(levels, outputs["levels"])
    write_table(effects, outputs["effects"])
    write_table(pd.DataFrame(outcomes, columns=["question", "outcome", "sentence"]), outputs["outcome"])
    write_table(gates.as_table(found), outputs["gates"])


def _profiles(
    paths: list[Path], sheet: pd.DataFrame, rule: dict[str, float]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Put the samples' exon profiles together and call who carries a recombined transcript."""
    profiles = {path.stem: read_table(path) for path in paths}
    exon_table = exon_profiles.tabulate_exons(profiles, sheet)
    junctions = exon_profiles.tabulate_junctions(profiles, sheet)
    return exon_table, junctions, exon_profiles.call_recombination(exon_table, junctions, **rule)


def _read_exons(exon_table: pd.DataFrame, carriers: pd.DataFrame, design: Design) -> knockout.Exons:
    """Say what the exons show: a junction that skips some in certain samples, else a fall of depth between the groups."""
    if carriers["recombined"].any():
        first = carriers.iloc[0]
        left, right = int(first["left"]), int(first["right"])
        lost = _range(left + 1, right - 1)
        conditions = exon_table.drop_duplicates("sample").set_index("sample")["condition"]
        recombined = set(carriers.loc[carriers["recombined"], "sample"])
        numbers = []
        for condition in (design.test, design.reference):
            of_group = list(conditions.index[conditions == condition])
            numbers.append(f"{len(recombined & set(of_group))} of {len(of_group)} {condition}")
        evidence = f"reads join exon {left} to exon {right}, past {lost}, in {' and '.join(numbers)} samples"
        return knockout.Exons(lost=lost, carriers=frozenset(recombined), evidence=evidence)
    block = exon_profiles.find_falling_block(exon_table, test=design.test, reference=design.reference)
    if block is None:
        return knockout.Exons(lost="", carriers=frozenset(), evidence="the reads are too few to tell its exons apart")
    lost = _range(block.left, block.right)
    words = (
        f"depth of {lost} beside the others: log2 {block.effect:.2f}, 95 % interval {block.ci95_low:.2f} to {block.ci95_high:.2f}, "
        f"p {block.p_bonferroni:.2g} after {block.n_blocks} runs of exons, {design.test} / {design.reference}"
    )
    falls = block.p_bonferroni <= 0.05 and block.separated and block.ci95_high < 0
    return knockout.Exons(lost if falls else "", frozenset(), f"no junction skips exons; {words}", by_depth=falls)


def _range(first: int, last: int) -> str:
    return f"exon {first}" if first == last else f"exons {first} to {last}"


def _differs(groups: pd.DataFrame, panel: str) -> bool:
    return bool(groups.loc[groups["panel"] == panel, "differs"].eq(True).any())


def _as_table(estimated: dict[str, Any], levels: pd.DataFrame, design: Design) -> pd.DataFrame:
    sizes = levels["condition"].value_counts()
    table = pd.DataFrame([{"effect": name, **effect._asdict()} for name, effect in estimated.items()])
    return table.assign(df=table["df"].astype(np.int64), n_test=sizes[design.test], n_reference=sizes[design.reference])


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            counts=Path(snakemake.input.counts),
            tpm=Path(snakemake.input.tpm) if snakemake.input.tpm else None,
            samples=Path(snakemake.input.samples),
            size_factors=Path(snakemake.input.size_factors),
            composition=Path(snakemake.input.composition),
            profiles=[Path(path) for path in snakemake.input.exons],
            annotation=read_annotation(
                Path(snakemake.input.transcripts) if snakemake.input.transcripts else None,
                folder_of(snakemake.input.gene_sets),
                {snakemake.params.deleted_gene: snakemake.params.deleted_gene_symbol},
            ),
            settings=snakemake.params.identity,
            deleted_gene=snakemake.params.deleted_gene,
            design=Design(snakemake.params.test, snakemake.params.reference),
            outputs={name: Path(path) for name, path in snakemake.output.items()},
        )
