"""What every page of a study holds, whatever the study."""

from html.parser import HTMLParser

Tags = list[tuple[str, dict[str, str | None]]]


class _Tags(HTMLParser):
    """Collects every tag of a page with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Tags = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def whole(page: str) -> Tags:
    """Check that a page ends, that its links lead somewhere and that it holds no handler; return its tags."""
    assert page.rstrip().endswith("</html>")
    assert "nan" not in page.split("<h2>Configuration", maxsplit=1)[0].replace("&", " ").split()
    tags = _Tags()
    tags.feed(page)
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {
        str(attributes.get("href"))[1:] for _, attributes in tags.found if str(attributes.get("href")).startswith("#")
    }
    assert {target for target in targets if not target.startswith("gene=")} <= set(ids)
    assert not [name for _, attributes in tags.found for name in attributes if name.startswith("on")]
    return tags.found
