"""Collect the gates of all steps in one table, with the reasons for which failed ones are accepted."""

from pathlib import Path

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.qc.gates import mark_accepted


def main(*, parts: list[Path], accepted: list[dict[str, str]], output: Path, is_one_of_several: bool = False) -> None:
    """Write all gates in the order of the parts; of a comparison that `is_one_of_several`, entries may be about another one."""
    gates = pd.concat([read_table(part) for part in parts], ignore_index=True)
    write_table(mark_accepted(gates, accepted, may_be_of_others=is_one_of_several), output)


run(main)
