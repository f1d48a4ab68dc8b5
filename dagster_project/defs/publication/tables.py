"""The report's tables: rows of ``report_figures`` laid out by great_tables, in the page's own colours.

Here: which columns a table has and what stands in a cell. Where a table stands is in ``templates``, how a
figure is written in ``texts``.
"""

import itertools
from collections.abc import Iterable
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from dagster_project.defs.publication.texts import Texts
from models.segmentation.features import Feature

Row = dict[str, Any]

SCHEME_TITLES = {
    "rfm": "Recency, frequency, money",
    "lifecycle": "Customer journey",
    "value": "Value of the next 90 days",
    "behaviour": "Behaviour",
    "needs": "Needs",
    "audience": "Audiences",
    "company_rfm": "Companies: recency, frequency, money",
    "company_lifecycle": "Companies: customer journey",
    "company_value": "Companies: value of the next 90 days",
    "firmographic": "Companies: industry and size",
}
COMPONENTS = {
    "profitability": "Profit",
    "purchasing_power": "Purchasing power",
    "conversion": "Conversion",
    "growth": "Growth",
    "goal_fit": "Goal",
}
OUTCOMES = {
    "Records": "records",
    "Taken in": "accepted",
    "Quarantined": "quarantined",
    "Repeated": "duplicates",
    "Erased": "suppressed",
}
_NONE = "–"


class _Column(NamedTuple):
    label: Markup
    cells: list[str]  # text, or Markup where it is made here
    is_number: bool = False


class Tables:
    """The tables of one page, in one language.

    Each method takes rows and returns a ``<table>``: the first column names its rows, header cells have ids of
    their own, and what is not markup made here is escaped.
    """

    def __init__(self, t: Texts) -> None:
        self.t = t
        self._numbers = itertools.count(1)

    def segments(self, rows: list[Row]) -> Markup:
        """Segments of one scheme: who, how many, how much. Empty ones only if they are audiences."""
        t = self.t
        rows = [row for row in rows if row["customers"] or row["scheme"] == "audience"]
        return self._table(
            _text(t("Segment"), (self._titled(row) for row in rows)),
            _text(
                t("Who they are and what to do"),
                (_wide(t.told(row["description"])) for row in rows),
            ),
            _number(t("Customers"), (self._size(row) for row in rows)),
            _number(t("Since last time"), (self._change(row) for row in rows)),
            _number(
                t("Revenue, 365 days (EUR)"), (t.thousands(row["revenue_365d_eur"]) for row in rows)
            ),
            _number(
                t("Expected, 90 days (EUR)"),
                (t.thousands(row["predicted_value_90d_eur"]) for row in rows),
            ),
            _number(t("Alike"), (t.percent(row["homogeneity"]) for row in rows)),
        )

    def map(self, rows: list[Row]) -> Markup:
        """What a map of segments shows, by its numbers."""
        t = self.t
        return self._table(
            _number(t("No."), (str(row["number"]) for row in rows)),
            _text(t("Segment"), (row["name"] for row in rows)),
            _number(t("Customers"), (t.thousands(row["customers"]) for row in rows)),
            _number(t("EUR per member, 365 days"), (t.thousands(row["value"]) for row in rows)),
            _number(t("Since last time"), (self._change(row) for row in rows)),
        )

    def sizes(self, names: list[str], days: list[tuple[Any, Row]]) -> Markup:
        """Customers of each of the named segments, a row for each day."""
        return self._table(
            _text(self.t("Day"), (str(day) for day, _ in days)),
            *(
                _number(escape(name), (self.t.thousands(counts.get(name)) for _, counts in days))
                for name in names
            ),
        )

    def flows(self, rows: list[Row]) -> Markup:
        """Who went from where to where."""
        t = self.t
        return self._table(
            _text(t("From"), (row["origin"] or t("not a customer") for row in rows)),
            _text(t("To"), (row["target"] or t("gone") for row in rows)),
            _text(t("Of"), (_soft(t(SCHEME_TITLES[row["scheme"]])) for row in rows)),
            _number(t("Customers"), (t.thousands(row["customers"]) for row in rows)),
        )

    def priorities(self, rows: list[Row]) -> Markup:
        """Segments by rank, with the components of their score."""
        t = self.t
        return self._table(
            _number(t("Rank"), (str(row["rank"]) for row in rows)),
            _text(t("Segment"), (self._of_scheme(row) for row in rows)),
            _number(t("Score"), (_strong(t.decimal(row["score"], 2)) for row in rows)),
            *(
                _number(t(label), (t.decimal(row[name], 2) for row in rows))
                for name, label in COMPONENTS.items()
            ),
        )

    def campaigns(self, rows: list[Row]) -> Markup:
        """What campaigns brought in which segment."""
        t = self.t
        return self._table(
            _text(t("Campaign"), (row["campaign_id"] for row in rows)),
            _text(t("Segment"), (self._of_scheme(row) for row in rows)),
            _number(t("Treated"), (t.thousands(row["customers"]) for row in rows)),
            _number(
                t("Converted"), (t.percent(row["conversions"] / row["customers"]) for row in rows)
            ),
            _number(t("Uplift"), (self._uplift(row["uplift"]) for row in rows)),
            _number(t("95 % limits"), (self._limits(row) for row in rows)),
            _number(Markup("ROI"), (self._ratio(row["roi"]) for row in rows)),
        )

    def index(self, bars: list[Row]) -> Markup:
        """How the members of a segment differ from all: 100 is the mean of all."""
        t = self.t
        return self._table(
            _text(t("Feature"), (t(bar["feature"].label) for bar in bars)),
            _number(t("They"), (self._shown(bar["feature"], bar["value"]) for bar in bars)),
            _number(t("All"), (_soft(self._shown(bar["feature"], bar["base"])) for bar in bars)),
            _text(t("Index"), (_bar_to_100(bar["index"]) for bar in bars)),
        )

    def facts(self, rows: list[Row]) -> Markup:
        """How many of the facts of each kind are known, and how many of those have likely changed."""
        t = self.t
        return self._table(
            _text(
                t("Fact"),
                (
                    Markup("{} {}").format(_strong(t(row["fact"])), _soft(t(row["customer_type"])))
                    for row in rows
                ),
            ),
            _number(t("Known"), (t.thousands(row["facts"]) for row in rows)),
            _number(t("Stale"), (t.percent(row["stale_share"]) for row in rows)),
            _text(
                t("Last seen by (known, stale)"),
                (_wide(", ".join(map(self._seen_by, row["sources"]))) for row in rows),
            ),
        )

    def deliveries(self, rows: list[Row]) -> Markup:
        """What became of the records of each source."""
        t = self.t
        held = Markup(' <span class="tag">{}</span>').format(t("held"))
        return self._table(
            _text(
                t("Source"),
                (escape(row["source"]) + (held if row["is_held"] else Markup()) for row in rows),
            ),
            *(
                _number(t(label), (t.thousands(row[name]) for row in rows))
                for label, name in OUTCOMES.items()
            ),
        )

    def _table(self, *columns: _Column) -> Markup:
        import pandas as pd
        from great_tables import GT, html

        names = [f"c{place}" for place in range(len(columns))]
        cells = [[str(escape(cell)) for cell in column.cells] for column in columns]
        made = GT(
            pd.DataFrame(dict(zip(names, cells, strict=True))),
            rowname_col=names[0],
            id=f"table{next(self._numbers)}",
        )
        # A formatted cell is taken for markup; that of others would be escaped twice.
        made = made.tab_stubhead(html(columns[0].label)).fmt(str, columns=names)
        for name, column in zip(names, columns, strict=True):
            side = "right" if column.is_number else "left"
            made = made.cols_label({name: html(column.label)}).cols_align(side, columns=name)
        # Its style is 8 KB of light colours for every table; the page has its own, dark ones too.
        page = made.as_raw_html()
        table = page[page.index("<table") : page.index("</table>") + len("</table>")]
        return Markup(table)  # noqa: S704 - each cell and label in it was escaped

    def _titled(self, row: Row) -> Markup:
        draft = Markup(' <span class="tag">{}</span>').format(self.t("draft"))
        return Markup("{}{}<br>{}").format(
            _strong(row["name"]),
            draft if row["status"] == "draft" else "",
            _soft(row["owner"]),
        )

    def _of_scheme(self, row: Row) -> Markup:
        return Markup("{} {}").format(row["name"], _soft(self.t(SCHEME_TITLES[row["scheme"]])))

    def _size(self, row: Row) -> Markup:
        return Markup('{}<br>{}<span class="bar" style="width: {}%"></span>').format(
            self.t.thousands(row["customers"]),
            _soft(self.t.percent(row["share"])),
            round(100 * (row["share"] or 0), 1),
        )

    def _change(self, row: Row) -> str:
        return _NONE if row["change"] is None else self.t.signed(row["change"])

    def _uplift(self, uplift: float) -> Markup:
        return Markup('<span class="{}">{}</span>').format(
            "up" if uplift > 0 else "down", self.t.signed(100 * uplift, 1)
        )

    def _limits(self, row: Row) -> Markup:
        low, high = (self.t.signed(100 * row[name], 1) for name in ("uplift_low", "uplift_high"))
        return self.t("{n1} to {n2}", n1=low, n2=high)

    def _ratio(self, value: float | None) -> str:
        return _NONE if value is None else self.t.decimal(value, 1)

    def _seen_by(self, source: Row) -> str:
        known, stale = self.t.thousands(source["facts"]), self.t.percent(source["stale_share"])
        return f"{source['source']} ({known}, {stale})"

    def _shown(self, feature: Feature, value: float) -> str:
        t = self.t
        if feature.unit == "share":
            return f"{t.thousands(100 * value)} %"
        if feature.unit == "EUR":
            return f"{t.thousands(value)} EUR"
        return t.decimal(value, 2) if abs(value) < 1 else t.thousands(value, decimals=1)


def _text(label: Markup, cells: Iterable[str]) -> _Column:
    return _Column(label, list(cells))


def _number(label: Markup, cells: Iterable[str]) -> _Column:
    return _Column(label, list(cells), is_number=True)


def _strong(text: str) -> Markup:
    return Markup("<strong>{}</strong>").format(text)


def _soft(text: str) -> Markup:
    return Markup('<span class="soft">{}</span>').format(text)


def _wide(text: str) -> Markup:
    return Markup('<span class="wide">{}</span>').format(text)


def _bar_to_100(index: int) -> Markup:
    """A bar on which 100 is a third of the way, and the index itself."""
    return Markup(
        '<span class="index" aria-hidden="true"><i style="width: {}%"></i></span>{}'
    ).format(round(min(index / 3, 100), 1), _soft(str(index)))
