"""What stands in a drawing."""


def texts_of(axes):
    """Returns all texts of axes, also those of their legend."""
    shown = [*axes.texts, axes.title, *axes.get_xticklabels(), *axes.get_yticklabels()]
    legend = axes.get_legend()
    return [text.get_text() for text in [*shown, *(legend.get_texts() if legend else [])]]
