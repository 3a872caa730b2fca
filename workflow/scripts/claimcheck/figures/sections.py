"""Drawing the figures of a section: each from its tables, its options and what else it names, with the table of what it shows."""

import importlib
import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.text import Text

from claimcheck.core.effect_words import Interaction, reworded
from claimcheck.core.steps import logger
from claimcheck.core.tables import columns_of, read_table
from claimcheck.figures.registry import REGISTER_READER
from claimcheck.figures.style import save_figure


@dataclass(frozen=True)
class Sources:
    """What a section is drawn from.

    Attributes:
        tables: the results that its figures may read.
        claims: the claims register; None where the study has none, or no figure needs it.
        gene_sets: tables of the curated gene sets.
        transcripts: results/reference/transcripts.tsv; None where there is no reference, or no figure needs it.
        common: by argument, what every figure is given that names it: test, reference, simulated.
        interaction: the second factor, where the effects of the figures are those of an interaction.
    """

    tables: Sequence[Path]
    claims: Path | None
    gene_sets: Sequence[Path]
    transcripts: Path | None
    common: Mapping[str, Any]
    interaction: Interaction | None = None

    def argument(self, need: str) -> Any:
        """Return what an entry `needs`; the register is read once."""
        return (
            self._register
            if need == "register"
            else {"transcripts": self.transcripts, "gene_sets": self.gene_sets}[need]
        )

    def table(self, path: Path) -> pd.DataFrame:
        """Return a table, which is read once.

        Raises:
            ValueError: it is none that the section may read.
        """
        if path not in self.tables:
            raise ValueError(f"{path} is no input of this section")
        if path not in self._read:
            self._read[path] = read_table(path)
        return self._read[path].copy()

    @cached_property
    def _read(self) -> dict[Path, pd.DataFrame]:
        return {}

    @cached_property
    def _register(self) -> Any:
        # By its name, so that the code of sections without a register is not that of claims.
        return function_of(REGISTER_READER)(self.claims, self.gene_sets) if self.claims else None


def draw(name: str, asked: Mapping[str, Any], sources: Sources, files: Sequence[Path]) -> None:
    """Draw a figure and write it to files.

    Args:
        name: the figure's.
        asked: draw, tables, needs, options and key, from `registry.Figure.params`.
        sources: what it may be drawn from.
        files: see `style.save_figure`.

    Raises:
        ValueError: a table of it is none that the section may read.
        TypeError: the drawing function takes something else than its entry names.
    """
    started = time.monotonic()
    try:
        save_figure(_in_words(_prepare(name, asked, sources), sources), files)
    except Exception as error:
        error.add_note(f"while the figure {name} was drawn")
        raise
    logger.info("%s drawn in %.1f s", name, time.monotonic() - started)


def _in_words(draw: Callable[[], Any], sources: Sources) -> Callable[[], Any]:
    """Let what a function draws and its table speak of the effects of an interaction, where they are such."""

    def write(text: Any) -> Any:
        groups = (sources.common["test"], sources.common["reference"])
        return reworded(text, *groups, sources.interaction) if isinstance(text, str) else text

    def draw_in_words() -> Any:
        figure, drawn = draw()
        for artist in figure.findobj(Text):
            artist.set_text(write(artist.get_text()))
        texts = drawn.select_dtypes("object").columns
        return figure, drawn.assign(**{str(column): drawn[column].map(write) for column in texts})

    return draw_in_words if sources.interaction else draw


def _prepare(name: str, asked: Mapping[str, Any], sources: Sources) -> Callable[[], Any]:
    """Return the drawing function with all that it takes."""
    function = function_of(asked["draw"])
    given = {"figure": name, **asked["key"], **sources.common}
    taken = inspect.signature(function).parameters
    arguments = {argument: value for argument, value in given.items() if argument in taken}
    arguments |= {
        argument: sources.table(Path(file)) if is_there else pd.DataFrame(columns=columns_of(Path(file)))
        for argument, (file, is_there) in asked["tables"].items()
    }
    arguments |= {need: sources.argument(need) for need in asked["needs"]}
    arguments |= asked["options"]
    inspect.signature(function).bind(**arguments)  # before a drawing function could raise a TypeError of its own
    return partial(function, **arguments)


def function_of(name: str) -> Callable[..., Any]:
    """Return a function of this package by `<module>.<function>`."""
    module, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f"claimcheck.figures.{module}"), function)
    return found
