"""How views look and what their parts are called: told once to each view, so that the front end need not hold it."""

from tffsim.views.panels.declared import DECLARED, OVERVIEW
from tffsim.views.panels.words import FACTS, words_about, words_of_views

_OF_FIGURES = frozenset({"figure"})
_OF_VIEWS = ("ground", "heat", "difference", "operations", "clients")


def look() -> dict[str, object]:
    """Returns colours; of each panel its name, its title and its question; what keys do; and all other words."""
    questions = words_about("questions")
    return {
        "theme": {subject: {name: _of_view(facts) for name, facts in FACTS[subject].items()} for subject in _OF_VIEWS},
        "panels": [
            {"name": name, "title": panel.title, "question": questions[name]} for name, panel in DECLARED.items()
        ],
        "overview": list(OVERVIEW),
        "keys": words_about("keys of a view"),
        "words": words_of_views(),
    }


def _of_view(facts: dict[str, str]) -> dict[str, str]:
    return {name: fact for name, fact in facts.items() if name not in _OF_FIGURES}
