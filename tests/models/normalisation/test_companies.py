"""Company names and websites."""

import pyarrow as pa
import pytest

from models.normalisation import normalise_company_names, normalise_websites


def company(raw: str | None) -> tuple[str | None, str | None]:
    table = pa.table({"name_raw": pa.array([raw], pa.string())})
    (row,) = normalise_company_names(table).to_pylist()
    return row["name"], row["name_match"]


@pytest.mark.parametrize(
    ("raw", "shown", "match"),
    [
        ("AB Volvo (publ)", "AB Volvo (publ)", "volvo"),
        ("VOLVO  AB", "VOLVO AB", "volvo"),
        ("Novo Nordisk A/S", "Novo Nordisk A/S", "novo nordisk"),
        ("A.P. Møller - Mærsk AS", "A.P. Møller - Mærsk AS", "ap moller maersk"),
        ("Oy Karl Fazer Ab", "Oy Karl Fazer Ab", "karl fazer"),
        ("Energi og Varme ApS", "Energi og Varme ApS", "energi varme"),
        ("Solen Ek. För.", "Solen Ek. För.", "solen"),
        ("Plan B A/S", "Plan B A/S", "plan b"),
        ("H&M", "H&M", "h m"),
        ("Bauhaus GmbH & Co. KG", "Bauhaus GmbH & Co. KG", "bauhaus gmbh co"),
        ("AB", "AB", "ab"),
        ("MÃ¥leri HB", "Måleri HB", "maleri"),
        ("Okänd", None, None),
        ("-", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_company_is_compared_without_its_legal_form(
    raw: str | None, shown: str | None, match: str | None
) -> None:
    assert company(raw) == (shown, match)


@pytest.mark.parametrize(
    ("raw", "domain", "warning"),
    [
        ("https://www.Volvo.se/om-oss?x=1", "volvo.se", None),
        ("volvo.se", "volvo.se", None),
        ("HTTP://WWW.SHOP.DK:8080/", "shop.dk", None),
        ("//firma.no", "firma.no", None),
        ("www2.firma.no.", "firma.no", None),
        ("butik.firma.no", "butik.firma.no", None),
        ("www.se", "www.se", None),
        ("räksmörgås.se", "räksmörgås.se", None),
        ("xn--rksmrgs-5wao1o.se", "räksmörgås.se", None),
        ("info@firma.se", "firma.se", None),
        ("a.se, b.se", "a.se", None),
        ("www.facebook.com/firma", None, "W_WEBSITE"),
        ("10.0.0.1", None, "W_WEBSITE"),
        ("localhost", None, "W_WEBSITE"),
        ("foo_bar.se", None, "W_WEBSITE"),
        ("xn--a.se", None, "W_WEBSITE"),
        ("n/a", None, "W_PLACEHOLDER"),
        ("-", None, "W_PLACEHOLDER"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_website_is_known_by_its_domain(
    raw: str | None, domain: str | None, warning: str | None
) -> None:
    table = pa.table({"website_raw": pa.array([raw], pa.string())})
    (row,) = normalise_websites(table).to_pylist()
    assert (row["domain"], row["warning"]) == (domain, warning)
