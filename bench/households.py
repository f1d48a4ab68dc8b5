"""Person records of Nordic households, with few gaps: what a register or a well-kept CRM delivers.

Every person has a birth date, an e-mail, a phone and an address; one record in five is a copy with
errors; 45 % of people share a surname and an address with another, a quarter of these the phone. A
birth date then brings 12 million pairs at 1,000,000 records, first and last name 18 million. The
demo's records are sparser; ``linkage`` measures both.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from demo.misspelling import with_typo
from demo.name_lists import FIRST_NAMES, STREETS, SURNAME_PARTS, SURNAMES

_COPIES = 0.2
_SHARING = 0.45
_SHARING_PHONE = 0.13
_DAYS = 42_000
_RECORDS_PER_POSTAL_CODE = 400
_MAILBOXES = np.array(["gmejl.example", "hotpost.example", "utpost.example", "telemejl.example"])
_ABSENT = ("gender", "org_number", "language", "updated_at")

_Array = npt.NDArray[np.object_]
_Numbers = npt.NDArray[np.int64]


def household_records(size: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """Records in the columns of int_identity__person_records, and their truth.

    Args:
        size: records, copies included.
        seed: of all draws.

    Returns:
        The records by record_id, and (record_id, cluster_id) with the person as cluster.
    """
    rng = np.random.default_rng(seed)
    people = size - round(size * _COPIES)
    written = _people(rng, people)
    person = np.concatenate([np.arange(people), rng.integers(0, people, size - people)])
    is_copy = np.arange(size) >= people
    columns = {name: values[person] for name, values in written.items()}
    _damage(rng, columns, np.flatnonzero(is_copy))
    order = rng.permutation(size)
    ids = pa.array([f"crm:{number:08d}" for number in range(size)])
    records = {"record_id": ids, "source": pa.array(["crm"] * size)}
    records |= {name: pa.array(values[order]) for name, values in columns.items()}
    records["birth_date"] = records["birth_date"].cast(pa.date32())
    records |= {
        name: records[name.removesuffix("_match")] for name in ("email_match", "phone_match")
    }
    records |= {name: pa.nulls(size, pa.string()) for name in _ABSENT}
    records["created_at"] = pa.nulls(size, pa.timestamp("us"))
    truth = pa.table({"record_id": ids, "cluster_id": pa.array(person[order]).cast(pa.string())})
    return pa.table(records), truth


def _people(rng: np.random.Generator, people: int) -> dict[str, _Array]:
    """Each person's own truth; households are neighbours in the order of rows."""
    home = np.cumsum(rng.random(people) > _SHARING / 2) - 1
    homes = int(home[-1]) + 1
    given = _given_names()[_zipf(rng, len(_given_names()), 0.62, people)]
    family = _surnames()[_zipf(rng, len(_surnames()), 0.66, homes)][home]
    days = (np.datetime64("1905-01-01") + rng.integers(0, _DAYS, people)).astype(object)
    number = rng.integers(0, 100_000_000, people)
    shares_phone = (np.diff(home, prepend=-1) == 0) & (rng.random(people) < _SHARING_PHONE)
    number[shares_phone] = number[np.flatnonzero(shares_phone) - 1]
    area = rng.integers(0, max(people // _RECORDS_PER_POSTAL_CODE, 1), homes)[home]
    house = rng.integers(1, 90, homes)[home]
    street = _streets()[rng.integers(0, len(_streets()), homes)][home]
    mailbox = _MAILBOXES[rng.integers(0, len(_MAILBOXES), people)]
    digits = rng.integers(0, 10_000, people)
    return {
        "first_name": given,
        "last_name": family,
        "birth_date": days,
        "email": _texts(
            f"{g.lower()}.{f.lower()}{d}@{m}"
            for g, f, d, m in zip(given, family, digits, mailbox, strict=True)
        ),
        "phone": _texts(f"+467{n:08d}" for n in number),
        "street": _texts(f"{s} {h}" for s, h in zip(street, house, strict=True)),
        "postal_code": _texts(f"{10_000 + a * 7 % 89_999}" for a in area),
        "city": _texts(f"Stad {a // 8}" for a in area),
        "country_code": _texts("SE" for _ in range(people)),
    }


def _damage(rng: np.random.Generator, columns: dict[str, _Array], copies: _Numbers) -> None:
    """What differs in a copy: typing errors, another mailbox or phone, a move, a new surname, gaps."""

    def some(share: float) -> _Numbers:
        return copies[rng.random(len(copies)) < share]

    def change(name: str, share: float, values: _Array) -> None:
        rows = some(share)
        columns[name][rows] = values[rng.integers(0, len(values), len(rows))]

    before = {name: values.copy() for name, values in columns.items()}
    for name, share in (("first_name", 0.08), ("last_name", 0.08), ("street", 0.05)):
        rows = some(share)
        draws = rng.integers(0, 4_000, len(rows))
        columns[name][rows] = [
            with_typo(word, int(draw))
            for word, draw in zip(columns[name][rows], draws, strict=True)
        ]
    rows = some(0.03)
    columns["first_name"][rows], columns["last_name"][rows] = (
        before["last_name"][rows],
        before["first_name"][rows],
    )
    change("last_name", 0.04, before["last_name"])
    rows = some(0.04)
    columns["birth_date"][rows] = before["birth_date"][rows] + np.timedelta64(10, "D").astype(
        object
    )
    rows = some(0.1)
    moved = rng.integers(0, len(columns["street"]), len(rows))
    for name in ("street", "postal_code", "city"):
        columns[name][rows] = before[name][moved]
    change("phone", 0.2, before["phone"][copies])
    rows = some(0.15)
    columns["email"][rows] = _texts(f"x{number}@utpost.example" for number in rows)
    for name, share in (("birth_date", 0.1), ("email", 0.2), ("phone", 0.25), ("street", 0.1)):
        columns[name][some(share)] = None


def _zipf(rng: np.random.Generator, values: int, exponent: float, size: int) -> _Numbers:
    shares = np.cumsum(1 / np.arange(1, values + 1) ** exponent)
    return np.searchsorted(shares / shares[-1], rng.random(size)).astype(np.int64)


def _texts(values: object) -> _Array:
    return np.array(list(values), dtype=object)  # type: ignore[call-overload]


def _given_names() -> _Array:
    lists = [FIRST_NAMES[f"SE {sex}"].replace("|", " ").split() for sex in "FM"]
    return _texts(name for pair in zip(*lists, strict=False) for name in pair)


def _surnames() -> _Array:
    stems, endings = (part.split() for part in SURNAME_PARTS["SE"])
    return _texts(SURNAMES["SE"].split() + [stem + ending for ending in endings for stem in stems])


def _streets() -> _Array:
    stems, endings = (part.split() for part in STREETS["SE"])
    return _texts(stem + ending for stem in stems for ending in endings)
