"""How templates become pages: all text of a study is escaped, and a name that is not given is an error."""

from pathlib import Path

import jinja2


def page_environment(folder: Path) -> jinja2.Environment:
    """Return the environment in which the templates of a folder are filled."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
