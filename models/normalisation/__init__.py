"""Distinct raw values -> lookup tables of normalised values, which staging joins on the raw value.

Every function takes a pyarrow table of distinct raw values and returns one row per input row, in
input order: the raw columns, the normalised ones and a warning code or null. None of them raises on
any text.

normalise_phones, normalise_emails, normalise_websites: what a customer is reached by.
normalise_names, split_full_names, normalise_company_names, normalise_org_numbers: who it is.
normalise_industries: what it does.
normalise_countries, normalise_streets, normalise_postal_codes, place_facts: where it is.
"""

from models.normalisation.companies import normalise_company_names
from models.normalisation.countries import normalise_countries
from models.normalisation.emails import normalise_emails
from models.normalisation.industries import normalise_industries
from models.normalisation.names import normalise_names, split_full_names
from models.normalisation.org_numbers import normalise_org_numbers
from models.normalisation.phones import normalise_phones
from models.normalisation.places import place_facts
from models.normalisation.postal_codes import normalise_postal_codes
from models.normalisation.streets import normalise_streets
from models.normalisation.websites import normalise_websites

__all__ = [
    "normalise_company_names",
    "normalise_countries",
    "normalise_emails",
    "normalise_industries",
    "normalise_names",
    "normalise_org_numbers",
    "normalise_phones",
    "normalise_postal_codes",
    "normalise_streets",
    "normalise_websites",
    "place_facts",
    "split_full_names",
]
