"""Words that stand for nothing: what people and programs enter where a value is missing.

Placeholder numbers live in ``phones``, placeholder addresses in ``emails``.
"""

import re

from models.normalisation.text import comparison_form

# In comparison form, without signs. Danish, English, Finnish, Norwegian and Swedish for "unknown",
# "missing", "not stated", "no name" and "test".
_WORDS = frozenset(
    {
        *("anonym", "anonymous", "dummy", "empty", "noname", "qwerty", "tbd", "undefined"),
        *("asd", "asdf", "asdfgh", "foo", "foobar", "xx"),
        *("test", "testing", "tester", "testtest", "testperson", "testesen", "testsson"),
        *("unknown", "unavailable", "notavailable", "notprovided", "nodata"),
        *("okand", "okant", "ejangivet", "ejangiven", "uppgiftsaknas", "saknas", "namnsaknas"),
        *("ukjent", "ikkeoppgitt", "uoppgitt", "mangler", "navnmangler", "ingennavn", "manglar"),
        *("ukendt", "ikkeangivet", "ikkeoplyst", "uoplyst"),
        *("tuntematon", "eitiedossa", "eitietoa", "puuttuu"),
        *("ingen", "ingennamn", "ingenuppgift"),
    }
)
# Programs write these exactly so; 'Na', 'Nan', 'Null' and 'None' are also people's names.
_EXACT = frozenset({"NA", "na", "N/A", "n/a", "n.a.", "NaN", "nan", "NULL", "null", "NONE", "none"})
_SIGNS = re.compile(r"[\W_]+")
_REPEATED = re.compile(r"(.)\1{2,}")


def is_placeholder(text: str) -> bool:
    """Whether cleaned text says only that the value is missing.

    True for the words above in any case, also said twice ('Test Test'), for one character three
    times or more ('xxx') and for text without any letter or digit ('-', '').
    """
    if text in _EXACT:
        return True
    words = comparison_form(text).split()
    bare = _SIGNS.sub("", "".join(words))
    if not bare or bare in _WORDS or _REPEATED.fullmatch(bare):
        return True
    return len(words) > 1 and set(words) <= _WORDS
