"""``tickets/bookings.csv``: who booked which trip or course, as the Danish booking system says."""

import numpy as np
import pyarrow.compute as pc

from demo.company import CATEGORIES, COUNTRIES, CURRENCIES, PERSONAS, UNITS_PER_EUR
from demo.delivery import Delivery
from demo.draws import Array, chance, lookup_table, pick, pick_from, stream
from demo.membership import Records
from demo.phones import TYPED
from demo.records import Habits, World, see
from demo.text import Text, digits, is_empty, join, take, text, where
from demo.timeline import DAY, danish_moments
from demo.versions import Written
from demo.writers import TICKETS

# Name, category, price in EUR.
TRIPS = (
    ("Klatrekursus Kullen", "climbing", 95), ("Klatrehal, intro Bergen", "climbing", 40),
    ("Topptur Lyngen", "ski", 520), ("Skitur Sylarna", "ski", 390),
    ("Langrend for begyndere", "ski", 70), ("Løbecamp Mols Bjerge", "running", 120),
    ("Trailløb Åre", "running", 65), ("Familietur Nuuksio", "kids", 45),
    ("Børneklatring", "kids", 20), ("Fiskeweekend Mörrum", "fishing", 260),
    ("Isfiskeri Saimaa", "fishing", 150), ("MTB-dag Hafjell", "cycling", 80),
    ("Cykelferie Bornholm", "cycling", 310), ("Vandring Kungsleden", "travel", 420),
    ("Kajak i Göteborgs skærgård", "travel", 130), ("Foredrag: Grønland på ski", "travel", 15),
    ("Teltkursus", "tents", 35), ("Nat i det fri", "tents", 60),
    ("Modeaften København", "fashion", 10), ("Gavekort til oplevelse", "gift_cards", 100),
)  # fmt: skip

_HABITS = Habits(
    typo=0.020, nickname=0.06, swapped=0.008, styles=(0.02, 0.02, 0.008, 0.030, 0.010),
    phone_styles=TYPED, no_email=0.18, no_phone=0.25, no_birth=1.0, no_street=0.10,
    landline=0.02, second_email=0.08, placeholder=0.004,
)  # fmt: skip


def _with_comma(cents: Array) -> Text:
    return join(digits(cents // 100), ",", digits(cents % 100, 2))


def write_bookings(delivery: Delivery, world: World, records: Records, is_main: Array) -> Written:
    """Write the bookings; arguments as for ``crm_contacts``."""
    rng = stream(delivery.seed, "tickets")
    rows, size = records.person, len(records)
    seen = see(rng, world, rows, records.updated, is_main, _HABITS)
    # A ticket has to reach its buyer: one of the two is always there.
    unreachable = is_empty(seen.email) & is_empty(seen.phone)
    email = where(unreachable, take(world.contact.email, rows), seen.email)

    interest = np.array([persona.categories for persona in PERSONAS]) + 0.01
    own = np.array([CATEGORIES.index(category) for _, category, _ in TRIPS])
    trip = pick_from(rng, lookup_table(interest[:, own]), world.people.persona[rows])
    quantity = 1 + pick(rng, np.array([0.45, 0.35, 0.08, 0.09, 0.03]), size)
    country = world.people.country[rows]
    price = np.array([price for _, _, price in TRIPS])[trip]
    amount = np.round(price * quantity * UNITS_PER_EUR[country] / 5) * 5 * 100
    is_past = records.created // DAY < delivery.timeline.today - 14
    came = take(text(["ja", "nej", ""]), pick(rng, np.array([0.82, 0.13, 0.05]), size))
    name = join(seen.first, " ", seen.last)
    name = where(chance(rng, 0.02, size), join(seen.last, ", ", seen.first), name)
    columns = {
        "bookingnr": records.key,
        "navn": name,
        "email": email,
        "mobil": seen.phone,
        "postnr": pc.replace_substring(seen.postal_code, " ", ""),
        "by": seen.city,
        "land": take(text(COUNTRIES), country),
        "arrangement": take(text([name for name, _, _ in TRIPS]), trip),
        "kategori": take(text([category for _, category, _ in TRIPS]), trip),
        "antal": digits(quantity),
        "beloeb": _with_comma(np.maximum(amount, 500).astype(np.int64)),
        "valuta": take(text(CURRENCIES), country),
        "bestilt": danish_moments(records.created),
        "besoegt": where(is_past, came, ""),
    }
    broken = delivery.csv("tickets/bookings", columns, TICKETS)
    return Written(records, ~broken, np.zeros(size, dtype=bool))
