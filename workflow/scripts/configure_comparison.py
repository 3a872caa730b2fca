"""Write the configuration of a comparison into its folder."""

from pathlib import Path
from typing import Any

import yaml

from claimcheck.core.steps import run
from claimcheck.core.tables import write_text

_HEAD = "# Written by the workflow from the configuration of the whole study, in which it is to be changed.\n"


def main(*, configuration: dict[str, Any], output: Path) -> None:
    """Write `configuration` as YAML, in its order, which is that of genes in figures."""
    write_text(output, _HEAD + yaml.safe_dump(configuration, sort_keys=False, allow_unicode=True, width=120))


run(main)
