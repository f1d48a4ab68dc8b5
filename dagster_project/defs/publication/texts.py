"""The report's words in the reader's language: English in the templates, the others in ``texts.yaml``.

A sentence is its own key. Sentences that statistics wrote into a table (reasons, descriptions) are told in
the other language too: they are found again by a key with their places for figures and words. Names of
segments are never translated, so that the report and BI speak of the same; nor is what people wrote in rules.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup, escape

_CATALOGUE = Path(__file__).parent / "texts.yaml"
_NO_BREAK = "\N{NO-BREAK SPACE}"
_PLACE = re.compile(r"\{(\w+)\}")
# A place whose name is n and digits holds a figure, as 1,523 or +4.5% or 12 EUR; any other holds words.
_NUMBERED = re.compile(r"n\d")
_FIGURE = r"[+-]?\d[\d,]*(?:\.\d+)?(?: ?%)?"


class Texts:
    """Sentences and figures as one language writes them.

    Args:
        language: ``en``, ``sv`` or ``da``.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        catalogue = _catalogue()
        self._words = {key: said.get(language, key) for key, said in catalogue.items()}
        self._patterns = [(_pattern(key), key) for key in catalogue if _PLACE.search(key)]

    def __call__(self, sentence: str, **places: object) -> Markup:
        """A sentence of the page with its places filled; what is filled in is escaped."""
        return escape(self._words.get(sentence, sentence)).format(**places)

    def told(self, sentence: str) -> str:
        """A sentence of a table; as it stands where the catalogue does not know it."""
        if self.language == "en":
            return sentence
        found = self._found(sentence)
        return sentence if found is None else found

    def knows(self, sentence: str) -> bool:
        """Whether ``told`` finds the sentence."""
        return self._found(sentence) is not None

    def thousands(self, value: float | None, decimals: int = 0) -> str:
        """A number, its groups held together; a dash where there is none."""
        return "–" if value is None else self._written(f"{value:,.{decimals}f}")

    def percent(self, value: float | None) -> str:
        """A share with one decimal; a dash where there is none."""
        return "–" if value is None else self._written(f"{100 * value:.1f} %")

    def signed(self, value: float, decimals: int = 0) -> str:
        """A number with its sign, if it is not 0."""
        return self._written(f"{value:+,.{decimals}f}" if value else "0")

    def decimal(self, value: float, decimals: int) -> str:
        """A number with so many decimals."""
        return self._written(f"{value:.{decimals}f}")

    def _written(self, figure: str) -> str:
        grouped = figure.replace(",", _NO_BREAK)
        return grouped if self.language == "en" else grouped.replace(".", ",")

    def _found(self, sentence: str) -> str | None:
        if sentence in self._words and not _PLACE.search(sentence):
            return self._words[sentence]
        for pattern, key in self._patterns:
            if match := pattern.fullmatch(sentence):
                filled = {name: self._place(name, held) for name, held in match.groupdict().items()}
                return self._words[key].format(**filled)
        return None

    def _place(self, name: str, held: str) -> str:
        if _NUMBERED.fullmatch(name):
            return self._written(re.sub(r"(?<=\d)%", " %", held))
        if (found := self._found(held)) is not None:
            return found
        parts = held.split(", ")
        return ", ".join(self._place(name, part) for part in parts) if len(parts) > 1 else held


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    content: dict[str, Any] = yaml.safe_load(_CATALOGUE.read_text(encoding="utf-8"))
    return content


def _pattern(key: str) -> re.Pattern[str]:
    written = ""
    for number, part in enumerate(_PLACE.split(key)):
        if number % 2:
            held = _FIGURE if _NUMBERED.fullmatch(part) else ".+?"
            written += f"(?P<{part}>{held})"
        else:
            written += re.escape(part)
    return re.compile(written)
