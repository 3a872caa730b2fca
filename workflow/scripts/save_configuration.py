"""Write the merged configuration of the study: what was set, and the defaults of the rest."""

from pathlib import Path
from typing import Any

import yaml

from claimcheck.core.steps import run
from claimcheck.core.tables import write_text


def main(*, configuration: dict[str, Any], output: Path) -> None:
    """Write `configuration` as YAML with sorted keys."""
    write_text(output, yaml.safe_dump(configuration, sort_keys=True, allow_unicode=True))


run(main)
