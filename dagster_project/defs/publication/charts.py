"""Charts of the report as SVG without a script: Altair describes them, vl-convert draws them without a network.

Colours are the page's own CSS variables, so that a chart turns dark and prints with the page. What is drawn is
asked in ``report_figures``; each chart stands beside a table of the same figures.
"""

import base64
import math
import re
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from dagster_project.defs.publication.report_figures import AS_BEFORE, GREW, SHRANK

Row = dict[str, Any]

_STYLE = Path(__file__).parent / "templates" / "report.css"
_DAY = 24 * 60 * 60 * 1000  # milliseconds
_WIDTH, _HEIGHT = 820, 340
_ROW_HEIGHT = 24
# The reader's letters may be wider than those that were measured.
_PADDING = {"left": 24, "right": 24, "top": 5, "bottom": 5}
_LETTERS, _ASIDE = 12, 9  # height of a label, and how far it stands beside its mark
_FONT = "system-ui, sans-serif"
# A colour and a shape each: one of twelve men does not tell red from green.
_TRENDS = {
    GREW: ("var(--up)", "triangle-up"),
    AS_BEFORE: ("var(--bar)", "circle"),
    SHRANK: ("var(--down)", "triangle-down"),
}
# Groups held together by a space in each language, as elsewhere on the page.
_FIGURES = {
    language: {
        "decimal": decimal,
        "thousands": "\N{NO-BREAK SPACE}",
        "grouping": [3],
        "currency": ["", ""],
    }
    for language, decimal in (("en", "."), ("sv", ","), ("da", ","))
}
# Okabe and Ito (2008), "Color Universal Design": told apart by everybody, on white and on black.
_LINES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8a8a"]


def segment_map(segments: list[Row], words: Row, language: str) -> str:
    """Size against worth, with growth: one mark per segment, with its number, and its name where there is room.

    Args:
        segments: ``number``, ``name``, ``customers`` (above 0), ``value`` (EUR per member in 365 days), ``trend``, a
            key of ``_TRENDS``.
        words: of the axes ``customers`` and ``value``, of the legend ``title``, and each trend, as the reader says.
        language: ``en``, ``sv`` or ``da``, for figures on the axes.
    """
    rows = [
        row | {"trend": words[row["trend"]], "label": label}
        for row, label in zip(segments, _labels(segments), strict=True)
    ]
    trends = [words[trend] for trend in _TRENDS]
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("customers:Q", title=words["customers"]).scale(
            type="log", domain=_decades(segments)
        ),
        y=alt.Y("value:Q", title=words["value"]).scale(zero=True),
    )
    marks = base.mark_point(filled=True, size=130, opacity=0.9).encode(
        color=alt.Color("trend:N", title=words["title"]).scale(
            domain=trends, range=[colour for colour, _ in _TRENDS.values()]
        ),
        shape=alt.Shape("trend:N", title=words["title"]).scale(
            domain=trends, range=[shape for _, shape in _TRENDS.values()]
        ),
    )
    labels = base.mark_text(
        align="left", dx=_ASIDE, dy=-7, color="var(--ink)", fontSize=_LETTERS
    ).encode(text="label:N")
    return _drawn(marks + labels, language)


def sizes_over_time(sizes: list[Row], words: Row, language: str) -> str:
    """Members of each segment on each published day: ``as_of``, ``name``, ``customers``; the line's name at its end."""
    names = list(dict.fromkeys(row["name"] for row in sizes))
    # Days of UTC wherever the chart is drawn: a machine's own zone would move them.
    rows = [row | {"as_of": f"{row['as_of'].isoformat()}T00:00:00Z"} for row in sizes]
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("as_of:T", title=None)
        .scale(type="utc")
        .axis(format="%Y-%m-%d", tickCount=6, tickMinStep=_DAY, grid=False),
        y=alt.Y("customers:Q", title=words["customers"]).scale(zero=True),
        color=alt.Color("name:N", title=words["segment"], sort=names).scale(
            domain=names, range=_LINES
        ),
    )
    return _drawn(base.mark_line(strokeWidth=2) + base.mark_point(filled=True, size=30), language)


def uplifts(results: list[Row], words: Row, language: str) -> str:
    """What each campaign brought: ``label``, ``uplift``, ``low``, ``high`` in percentage points, with zero marked."""
    base = alt.Chart(_data(results), height=_ROW_HEIGHT * len(results)).encode(
        y=alt.Y("label:N", sort=None, title=None).axis(labelLimit=260, grid=False, ticks=False)
    )
    zero = alt.Chart(_data([{"zero": 0}])).mark_rule(color="var(--ink)").encode(x="zero:Q")
    limits = base.mark_rule(color="var(--bar)", strokeWidth=2).encode(
        x=alt.X("low:Q", title=words["uplift"]), x2="high:Q"
    )
    return _drawn(
        zero
        + limits
        + base.mark_point(filled=True, color="var(--bar)", size=70).encode(x="uplift:Q"),
        language,
    )


def as_picture(svg: str) -> str:
    """A chart of the page as a picture of its own, in the page's light colours: a ``data:`` address."""
    css = _STYLE.read_text(encoding="utf-8")
    light = dict(reversed(re.findall(r"--(\w+): (#\w+)", css)))
    coloured = re.sub(r"var\(--(\w+)\)", lambda named: light[named[1]], svg)
    whole = coloured.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(whole.encode()).decode()}"


def _decades(segments: list[Row]) -> tuple[float, float]:
    """Powers of ten between which the segments' sizes lie."""
    sizes = [row["customers"] for row in segments]
    low = math.floor(math.log10(min(sizes)))
    return 10**low, 10 ** max(math.ceil(math.log10(max(sizes))), low + 1)


def _labels(segments: list[Row]) -> list[str]:
    """Number and name; the number alone where the name would lie on another mark or label."""
    left, right = (math.log10(end) for end in _decades(segments))
    top = max(row["value"] for row in segments) or 1
    places = [
        (
            (math.log10(row["customers"]) - left) / (right - left) * _WIDTH,
            (1 - row["value"] / top) * _HEIGHT,
        )
        for row in segments
    ]
    taken: list[tuple[float, float, float]] = [(x - 8, x + 24, y) for x, y in places]
    labels = []
    for number, (row, (x, y)) in enumerate(zip(segments, places, strict=True)):
        label = f"{row['number']} {row['name']}"
        end = x + _ASIDE + len(label) * _LETTERS * 0.6
        others = taken[:number] + taken[number + 1 :]
        is_free = end < _WIDTH and not any(
            start < end and x < stop and abs(y - height) < 1.5 * _LETTERS
            for start, stop, height in others
        )
        labels.append(label if is_free else str(row["number"]))
        taken[number] = (x - 8, end if is_free else x + 24, y)
    return labels


def _data(rows: list[Row]) -> alt.Data:
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def _drawn(chart: alt.LayerChart, language: str) -> str:
    styled = (
        chart.properties(width=_WIDTH, background="transparent", padding=_PADDING)
        .configure(font=_FONT)
        .configure_axis(
            labelColor="var(--soft)",
            titleColor="var(--soft)",
            domainColor="var(--line)",
            tickColor="var(--line)",
            gridColor="var(--line)",
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_legend(
            labelColor="var(--ink)", titleColor="var(--soft)", labelFontSize=12, orient="top"
        )
        .configure_view(stroke=None, continuousHeight=_HEIGHT)
    )
    svg: str = vl_convert.vegalite_to_svg(styled.to_dict(), format_locale=_FIGURES[language])
    # Within a page of HTML it needs no namespaces.
    return re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
