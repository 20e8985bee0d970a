"""Names in any script: letters that the usual font lacks come from another font that is installed.

matplotlib looks into one font only, unless a text names several. Its own has no letters of Korean, for example.
"""

import contextlib
import functools
import unicodedata
import warnings

from matplotlib.artist import Artist
from matplotlib.font_manager import FontEntry, findfont, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from tffsim.views.panels.words import chosen_language

_BOX = "□"
# Comes with matplotlib, and has a box for every letter there is.
_LAST_RESORT = "Last Resort"
# Always the same, so that Python shows it once.
_NOWHERE = (
    f"Some names have letters that no font on this machine has. Pictures show {_BOX} for them. Install a font that has "
    "them, and start Python again. For Korean, on Debian or Ubuntu: apt-get install fonts-nanum."
)


# Letters of each language that is not written in those that every font has.
_LETTERS_OF = {"ko": frozenset("가나다한글")}
_ENGLISH = "en"
_UNSPOKEN = (
    "Pictures speak English: no font on this machine has Korean letters. Install one, and start Python again. "
    "On Debian or Ubuntu: apt-get install fonts-nanum."
)


def language_of_pictures(*, warns: bool = True) -> str:
    """Returns the language that was chosen; English, if no font has its letters: of boxes nobody could read anything.

    Args:
        warns: Whether it warns of that.
    """
    language = chosen_language()
    if language not in _LETTERS_OF or not _families(_LETTERS_OF[language])[1]:
        return language
    if warns:
        warnings.warn(_UNSPOKEN, stacklevel=2)
    return _ENGLISH


def find_letters(drawn: Artist, *, warns: bool = True) -> None:
    """Gives texts fonts that have their letters. For letters that no font has, it draws boxes.

    Args:
        drawn: What has the texts: axes, or a figure.
        warns: Whether it warns of letters that no font has.
    """
    texts = [text for text in drawn.findobj(Text) if isinstance(text, Text) and not text.get_text().isascii()]
    lacking = frozenset[str]().union(*map(_lacking, texts))
    if not lacking:
        return
    families, nowhere = _families(lacking)
    for text in texts:
        text.set_fontfamily([*text.get_fontfamily(), *families])
        text.set_text(text.get_text().translate({ord(letter): _BOX for letter in nowhere}))
    if nowhere and warns:
        warnings.warn(_NOWHERE, stacklevel=2)


def _lacking(text: Text) -> frozenset[str]:
    """Returns which letters of a text its font lacks, without spaces and what only says how others are joined."""
    lacking = frozenset(text.get_text()) - _letters(findfont(text.get_fontproperties()))
    return frozenset(letter for letter in lacking if unicodedata.category(letter)[0] not in "CZ")


@functools.lru_cache(maxsize=4)
def _letters(path: str) -> frozenset[str]:
    return frozenset(map(chr, FT2Font(path).get_charmap()))


@functools.cache
def _families(letters: frozenset[str]) -> tuple[list[str], frozenset[str]]:
    """Returns the names of installed fonts that together have some letters, and the letters that none has."""
    found = []
    for entry in _fonts():
        if not letters:
            break
        # The list of fonts is kept between runs: one of them may be gone.
        with contextlib.suppress(OSError, RuntimeError):
            rest = letters - frozenset(map(chr, FT2Font(entry.fname).get_charmap()))
            if rest != letters:
                found.append(entry.name)
                letters = rest
    return found, letters


def _fonts() -> list[FontEntry]:
    """Returns the installed fonts, upright ones in normal weight first, of them those that are bold, too."""
    bold = {entry.name for entry in fontManager.ttflist if entry.weight in (700, "bold")}
    return sorted(
        (entry for entry in fontManager.ttflist if not entry.name.startswith(_LAST_RESORT)),
        key=lambda entry: (entry.style != "normal", entry.weight != 400, entry.name not in bold, entry.name),
    )
