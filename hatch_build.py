"""What the metadata of the package says of the project's address, and its README, which stands on other pages.

The address stands in `pyproject.toml`, under `tool.tffsim`. As long as it is empty, the package names none, and the
README keeps the links that it has in the repository.
"""

import pathlib
import re
import tomllib

from hatchling.metadata.plugin.interface import MetadataHookInterface

# A link or a picture in Markdown or in HTML; not what has an address already.
_RELATIVE = re.compile(
    r'(?P<before>(?P<mark>!?)\[[^\]]*\]\(|(?P<attribute>src|srcset|href)=")(?![a-z]+:|#)(?P<target>[^)"]+)'
)


class ProjectMetadata(MetadataHookInterface):
    """Called by hatchling when it builds or installs the package."""

    def update(self, metadata: dict[str, object]) -> None:
        """Adds the README and the addresses."""
        root = pathlib.Path(self.root)
        address = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["tffsim"]
        text = (root / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": readme(text, address["repository"])}
        metadata["urls"] = urls(**address)


def urls(repository: str, documentation: str) -> dict[str, str]:
    """Returns the addresses that are known, by the names that package indexes know."""
    found = {"Documentation": documentation} if documentation else {}
    if repository:
        found |= {
            "Repository": repository,
            "Issues": f"{repository}/issues",
            "Changelog": f"{repository}/blob/main/CHANGELOG.md",
        }
    return found


def readme(text: str, repository: str) -> str:
    """Returns the README with links and pictures that work anywhere, if the address of the repository is known."""
    if not repository:
        return text

    def absolute(found: re.Match[str]) -> str:
        is_picture = found["mark"] == "!" or found["attribute"] in ("src", "srcset")
        return f"{found['before']}{repository}/{'raw' if is_picture else 'blob'}/main/{found['target']}"

    return _RELATIVE.sub(absolute, text)
