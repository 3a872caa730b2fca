"""Write the merged configuration of the study: what was set, and the defaults of the rest."""

from pathlib import Path
from typing import Any

import yaml

from claimcheck.steps import step
from claimcheck.tables import write_text


def main(*, configuration: dict[str, Any], output: Path) -> None:
    """Write `configuration` as YAML with sorted keys."""
    write_text(output, yaml.safe_dump(configuration, sort_keys=True, allow_unicode=True))


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(configuration=dict(snakemake.params.configuration), output=Path(snakemake.output[0]))
