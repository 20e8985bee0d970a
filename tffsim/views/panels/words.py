"""What placements and visibilities are called in pictures: the words of `theme.json`, which the front end reads too."""

import json
import pathlib

FACTS: dict[str, dict[str, dict[str, str]]] = json.loads(
    pathlib.Path(__file__).parents[1].joinpath("theme.json").read_text(encoding="utf-8")
)
"""All of `theme.json`: by subject and name, colours and words."""

PLACEMENT_WORDS = {name: facts["words"] for name, facts in FACTS["placements"].items()}
VISIBILITY_WORDS = {name: facts["words"] for name, facts in FACTS["visibilities"].items()}
