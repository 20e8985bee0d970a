"""The keys of dicts become the names of fields, so they must be texts."""

from collections.abc import Mapping

from tffsim.failures.definition_failure import Failure, module_of


def wrong_key(mapping: Mapping[object, object], where: str) -> str | None:
    """Says what is wrong with the keys of a dict; None if they are texts.

    Args:
        mapping: The dict.
        where: Where it was found, such as "the result".
    """
    key = next((key for key in mapping if not isinstance(key, str)), None)
    if key is None:
        return None
    return (
        f"The keys of a dict become the names of fields, so they must be texts; {where} has the key {key!r:.40}. "
        f'Write the key as a text, such as "{key!s:.40}", or use a list or a tensor, with the key as position.'
    )


def explain_keys(failure: Failure) -> str | None:
    """Says so if the language was given a dict with such keys, as a value or as a type."""
    if not isinstance(failure.error, (TypeError, ValueError, AttributeError)):
        return None
    for frame in failure.called:
        if module_of(frame).split(".")[0] in ("federated_language", "tffsim"):
            for value in frame.f_locals.values():
                if isinstance(value, Mapping) and not _is_internal(value):
                    text = wrong_key(value, "this one")
                    if text is not None:
                        return text
    return None


def _is_internal(mapping: Mapping[object, object]) -> bool:
    """Whether it is a table of the language's own, by classes."""
    return any(isinstance(key, tuple) and key and isinstance(key[0], type) for key in mapping)
