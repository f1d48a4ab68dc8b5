"""``reference/``: own shops, postal codes and exchange rates."""

import numpy as np

from demo.company import COUNTRIES, CURRENCIES, UNITS_PER_EUR
from demo.delivery import Delivery
from demo.draws import Array, stream
from demo.places import LOCATIONS, load_places
from demo.text import Text, take, text
from demo.timeline import iso_dates
from demo.writers import PLAIN

# EUR needs no rate; ISK has none on purpose: its orders keep their amounts and get no EUR figure.
RATED = ("SEK", "DKK", "NOK", "USD")


def _decimal(values: Array, places: int) -> Text:
    return text([f"{value:.{places}f}" for value in values.tolist()])


def write_reference(delivery: Delivery) -> None:
    """Write the three files."""
    names = ("location_id", "name", "city", "country_code", "latitude", "longitude")
    columns = zip(*LOCATIONS, strict=True)
    locations = {
        name: text([str(value) for value in column])
        for name, column in zip(names, columns, strict=True)
    }
    delivery.csv("reference/locations", locations, PLAIN)

    places = load_places()
    delivery.csv(
        "reference/places",
        {
            "country_code": take(text(COUNTRIES), places.country),
            "postal_code": places.code,
            "city": places.city,
            "municipality": places.city,
            "region": places.region,
            "latitude": _decimal(places.latitude, 5),
            "longitude": _decimal(places.longitude, 5),
        },
        PLAIN,
    )
    _write_rates(delivery)


def _write_rates(delivery: Delivery) -> None:
    """Write one rate per currency and month, from the month before the first order."""
    rng = stream(delivery.seed, "fx_rates")
    timeline = delivery.timeline
    months = np.arange(
        np.datetime64(timeline.start_day - 31, "D").astype("datetime64[M]"),
        np.datetime64(timeline.today, "D").astype("datetime64[M]") + 1,
    )
    rates = []
    for currency in RATED:
        # The krone is pegged; the others wander by about one percent a month.
        wander = 0.0002 if currency == "DKK" else 0.01
        steps = np.exp(np.cumsum(rng.normal(0, wander, len(months)))[::-1])
        rates.append(1 / UNITS_PER_EUR[CURRENCIES.index(currency)] * steps)
    days = np.repeat(months.astype("datetime64[D]").astype(np.int64), len(RATED))
    delivery.csv(
        "reference/fx_rates",
        {
            "currency": take(text(RATED), np.tile(np.arange(len(RATED)), len(months))),
            "valid_from": iso_dates(days),
            "eur_per_unit": _decimal(np.array(rates).T.ravel(), 6),
        },
        PLAIN,
    )
