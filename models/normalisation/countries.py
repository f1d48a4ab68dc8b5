"""Countries as delivered -> ISO 3166-1 alpha-2, with the names of the Nordic languages.

Source: pycountry (Debian iso-codes: ISO 3166-1 and its translations).
"""

import gettext
import re
from functools import lru_cache

import pyarrow as pa
import pycountry

from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.text import comparison_form

_LANGUAGES = ("sv", "da", "nb_NO", "nn", "fi", "is")
# Asked only for a text that the languages above do not know.
_OTHER_LANGUAGES = (
    *("de", "fr", "es", "it", "nl", "pl", "pt", "pt_BR", "cs", "sk", "hu", "ro", "bg", "hr", "sl"),
    *(
        "sr",
        "et",
        "lv",
        "lt",
        "el",
        "tr",
        "ru",
        "uk",
        "ga",
        "ca",
        "eu",
        "gl",
        "cy",
        "mt",
        "sq",
        "mk",
    ),
    *("ar", "he", "fa", "hi", "bn", "ta", "th", "vi", "id", "ms", "ja", "ko", "zh_CN", "zh_TW"),
)
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
# What iso-codes lacks, in ``_key`` form: car plates and post prefixes, the VAT prefix of Greece,
# everyday names and abbreviations, the parts of the United Kingdom.
_ALSO = {
    "SE": ("s", "sve", "sver"),
    "DK": ("danm",),
    "NO": ("n",),
    "FI": ("sf", "suomifinland", "finlandsuomi"),
    "DE": ("d",),
    "GB": ("uk", "greatbritain", "isobritannia", "england", "scotland", "wales"),
    "IE": ("republicofireland",),
    "KR": ("koreasouth", "southkorea", "sydkorea"),
    "KP": ("koreanorth", "northkorea", "nordkorea"),
    "US": ("america", "amerika", "forentastaterna", "forentestater", "forenedestater"),
    "NL": ("hollanti",),
    "RU": ("russia", "ryssland", "rusland", "venaja"),
    "TR": ("turkey", "tyrkiet"),
    "BA": ("bosnien", "bosnia"),
    "MK": ("macedonia",),
    "AE": ("uae",),
    "GR": ("el",),
    "FO": ("foroyar",),
    "GL": ("kalaallitnunaat",),
    "AX": ("alandsoarna",),
}


def normalise_countries(values: pa.Table) -> pa.Table:
    """Countries as ISO 3166-1 alpha-2 codes.

    Reads alpha-2, alpha-3 and numeric codes, names in English, the Nordic and some 45 other languages,
    and common abbreviations, in any case and with or without accents.

    Args:
        values: column country_raw (text or null), distinct.

    Returns:
        country_raw; country_code, null when not recognised; warning: W_COUNTRY for text that is not
        recognised, else null. One row per input row, in input order.

    Raises:
        ValueError: the column is missing.
    """
    (raw,) = read_texts(values, "country_raw")
    rows = [_code_and_warning(text) for text in raw]
    return lookup_table({"country_raw": raw}, rows, country_code=pa.string(), warning=pa.string())


def country_code_of(text: str | None) -> str | None:
    """The alpha-2 code of one country as delivered, or null."""
    if text is None:
        return None
    key = _key(text)
    return _code_by_key().get(key) or (_code_by_foreign_key().get(key) if key else None)


def _code_and_warning(text: str | None) -> tuple[str | None, str | None]:
    code = country_code_of(text)
    given = text is not None and bool(comparison_form(text))
    return code, "W_COUNTRY" if given and code is None else None


def _key(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", comparison_form(text)).removeprefix("the")


@lru_cache(maxsize=1)
def _code_by_key() -> dict[str, str]:
    codes = _names(_LANGUAGES)
    for country in pycountry.countries:
        for code in (country.alpha_2, country.alpha_3, country.numeric):
            codes[_key(code)] = country.alpha_2
    return codes | {key: code for code, keys in _ALSO.items() for key in keys}


@lru_cache(maxsize=1)
def _code_by_foreign_key() -> dict[str, str]:
    return _names(_OTHER_LANGUAGES)


def _names(languages: tuple[str, ...]) -> dict[str, str]:
    """Alpha-2 codes by names in English and these languages; what names two countries names none."""
    translations = [
        gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        for language in languages
    ]
    full: dict[str, set[str]] = {}
    short: dict[str, set[str]] = {}  # 'Iran, Islamic Republic of' is delivered as 'Iran'
    for country in pycountry.countries:
        english = [
            name
            for attribute in ("name", "common_name", "official_name")
            if (name := getattr(country, attribute, None))
        ]
        local = [translation.gettext(name) for translation in translations for name in english]
        for name in {*english, *local}:
            full.setdefault(_key(name), set()).add(country.alpha_2)
            if "," in name:
                short.setdefault(_key(name.partition(",")[0]), set()).add(country.alpha_2)
    return {key: found.pop() for key, found in (short | full).items() if len(found) == 1 and key}
