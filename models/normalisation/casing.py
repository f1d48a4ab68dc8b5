"""Display form of names and streets: readable, with capitals if they were typed in one case."""

import re
import unicodedata

from models.normalisation.text import readable

# Lower-case inside a name when another word follows; a first word too ('von Essen' as a surname).
PARTICLES = frozenset(
    {
        *("af", "av", "von", "van", "de", "del", "della", "den", "der", "di", "du", "da", "dos"),
        *("das", "ten", "ter", "zu", "zum", "zur"),
    }
)
# Articles that are particles only after another particle: 'de la Cruz', but 'Le' is also a name.
_ARTICLES = frozenset(("la", "le", "las", "los"))
_APOSTROPHES = frozenset("'’")
_ELISIONS = frozenset("dol")  # d'Angelo, O'Brien, L'Estrange
# A letter with its combining marks, as far as NFC leaves any.
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*")
_MC_LETTERS = 5  # 'mcgee' and longer


def display_form(text: str, edges: str) -> str:
    """Readable text in title case where it was in one case; idempotent."""
    text = name_case(readable(text, edges))
    if text.isascii():
        return text
    before = None
    while text != before:  # capitals can complete a double-encoded letter
        before, text = text, name_case(readable(text, edges))
    return text


def name_case(text: str) -> str:
    """Title case for text in one case ('ANNA-LENA VON ESSEN'); mixed case is returned as it is.

    Words start after a space, a hyphen, a dot or a digit; after an apostrophe only behind a single
    d, l or o. Idempotent: a result in one case again is its own title case.
    """
    if not (text.isupper() or text.islower()):
        return text
    lowered = text.lower()
    return unicodedata.normalize("NFC", _WORD.sub(_cased, lowered))


def _cased(match: re.Match[str]) -> str:
    word, text, start = match.group(), match.string, match.start()
    if start > 1 and text[start - 1] in _APOSTROPHES:
        is_elided = (
            text[start - 2] in _ELISIONS and not text[max(start - 3, 0) : start - 2].isalnum()
        )
        return _capital(word) if is_elided else word
    if text.startswith(" ", match.end()) and (start == 0 or text[start - 1] == " "):
        previous = text[text.rfind(" ", 0, max(start - 1, 0)) + 1 : max(start - 1, 0)]
        if word in PARTICLES or (word in _ARTICLES and previous in PARTICLES):
            return word
    if word.startswith("mc") and len(word) >= _MC_LETTERS:
        return "Mc" + _capital(word[2:])
    return _capital(word)


def _capital(word: str) -> str:
    return word[:1].title() + word[1:]
