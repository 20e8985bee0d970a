"""The language in which traces are shown."""

from tffsim.views.panels.words import set_language

__all__ = ["set_language"]
