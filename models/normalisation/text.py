"""Text cleaning that every normaliser starts from: one spelling per visible text.

Here: invisible characters, NFC, white space, mojibake and the transliterated form for comparisons.
Elsewhere: capitals (``casing``), words that stand for nothing (``placeholders``), and everything
that knows what a text means.
"""

import re
import unicodedata

# Controls, zero-width and bidi marks (Unicode general categories Cc and Cf as far as they occur in
# deliveries). The white-space controls stay: they separate words and are collapsed afterwards.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)

# What Windows shows for the bytes 0x80..0x9f, back to the byte; the five bytes that cp1252 leaves
# undefined are delivered as C1 controls and need no mapping.
_BYTE_SHOWN_BY_CP1252 = {
    ord(shown): byte
    for byte in range(0x80, 0xA0)
    if (shown := bytes([byte]).decode("cp1252", errors="ignore"))
}
# A UTF-8 sequence shown character by character. Lead bytes 0xc2..0xc5 cover Latin-1 and Latin
# Extended-A (å ä ö æ ø é š ł), 0xe2 the typographic signs; others are far more often genuine text.
_DOUBLE_ENCODED = re.compile("[\u00c2-\u00c5\u00e2][^\u0000-\u007f\u00c0-\u00ff]")
_LATIN_EXTENDED_A_END = 0x180

# Letters without a canonical decomposition; å ä ö é decompose and lose their mark.
_UNDECOMPOSED = str.maketrans(
    {"æ": "ae", "ø": "o", "œ": "oe", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ı": "i"}
)


def clean(text: str) -> str:
    """The text as a reader sees it: NFC, no invisible characters, single inner spaces, trimmed."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    elif not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def repair_mojibake(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252 ('Ã…sa' -> 'Åsa'), however often it happened.

    The whole value must decode, so that a genuine 'å' anywhere in it leaves the value alone, and
    only Latin letters and signs of Windows-1252 may come out. Call it before ``clean``: the second
    half of a double-encoded letter can be a control character.
    """
    while not text.isascii() and _DOUBLE_ENCODED.search(text):
        try:
            repaired = text.translate(_BYTE_SHOWN_BY_CP1252).encode("latin-1").decode("utf-8")
        except UnicodeError:
            break
        if any(
            code >= _LATIN_EXTENDED_A_END and code not in _BYTE_SHOWN_BY_CP1252
            for code in map(ord, repaired)
        ):
            break
        text = repaired
    return text


def readable(text: str, edges: str = " ") -> str:
    """Clean text without mojibake and without the signs ``edges`` at both ends."""
    if text.isascii():
        return clean(text).strip(edges)
    before = None
    while text != before:  # what is taken off an end can make the rest decodable
        before, text = text, clean(repair_mojibake(text)).strip(edges)
    return text


def is_repaired(delivered: str, shown: str, edges: str = " ") -> bool:
    """Whether ``shown``, the readable text of what was delivered, is more than its clean text."""
    return not shown.isascii() and shown != clean(delivered).strip(edges)


def comparison_form(text: str) -> str:
    """Lower-case text without accents, for comparisons only: 'Åse Sjöström' -> 'ase sjostrom'.

    å, ä -> a; ö, ø -> o; æ -> ae; ð, đ -> d; þ -> th; ß -> ss. Other scripts keep their letters.
    """
    text = clean(text)
    if text.isascii():
        return text.lower()
    latin = text.translate(_LATIN)
    return latin.lower() if latin.isascii() else _without_accents(text)


def _without_accents(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    marked = unicodedata.normalize("NFKD", folded.translate(_UNDECOMPOSED))
    return clean("".join(char for char in marked if not unicodedata.combining(char)))


# The same for one Latin letter at a time, which is three times as fast; NFC text decomposes letter
# by letter.
_LATIN = {
    code: _without_accents(chr(code))
    for code in range(0xC0, _LATIN_EXTENDED_A_END)
    if chr(code).isalpha()
}
