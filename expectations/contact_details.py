"""The promises about contact details: the forms that staging gives them, each worded once.

E-mail and phone are ``critical``: staging nulls what it cannot bring into form, so a value of
another form is a fault of the pipeline. Having none is legal, and is no matter of this module.
"""

import great_expectations.expectations as gxe

# \Z, not $: $ also matches before a line break at the end of the value.
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s.]+\Z"
# E.164: a plus and at most 15 digits. The shortest that phonenumbers takes has 6: Iran's +98 9601.
PHONE = r"^\+[1-9][0-9]{5,14}\Z"
PSEUDONYM = r"^person-[0-9a-f]{24}\Z"  # what stands for a national person number after raw
COUNTRY = r"^[A-Z]{2}\Z"  # ISO 3166-1 alpha-2


def email() -> gxe.Expectation:
    """What stands in ``email`` has the shape of an e-mail address. Critical."""
    return gxe.ExpectColumnValuesToMatchRegex(
        column="email",
        regex=EMAIL,
        severity="critical",
        description="Each email has the shape of an e-mail address.",
        notes="Mail is sent to it. Staging nulls what is no address, so one here is a fault of "
        "staging; having no address is fine.",
    )


def phone() -> gxe.Expectation:
    """What stands in ``phone`` is a phone number in E.164. Critical."""
    return gxe.ExpectColumnValuesToMatchRegex(
        column="phone",
        regex=PHONE,
        severity="critical",
        description="Each phone is in international form: a plus and 6 to 15 digits.",
        notes="Messages are sent to it, and ad platforms match on this form only. Staging nulls "
        "what is no number, so one here is a fault of staging; having no number is fine.",
    )


def key_of_no_person(column: str) -> gxe.Expectation:
    """The key is not the person's national number: most of its values need no pseudonym."""
    return gxe.ExpectColumnValuesToNotMatchRegex(
        column=column,
        regex=PSEUDONYM,
        mostly=0.5,
        severity="warning",
        description=f"Most {column} are no national person numbers.",
        notes="A key of that shape stays in raw, and a pseudonym stands for it, so that all who "
        "refer to it still find it. What the system itself knows it by is lost to readers: let it "
        "export another key, or name one under columns: in sources.yaml.",
    )


def country() -> gxe.Expectation:
    """What stands in ``country_code`` looks like an ISO 3166 country code."""
    return gxe.ExpectColumnValuesToMatchRegex(
        column="country_code",
        regex=COUNTRY,
        severity="warning",
        description="Each country_code is two capital letters (ISO 3166).",
        notes="Places, company numbers and segments by country are looked up under this code; "
        "another spelling falls out of all three.",
    )
