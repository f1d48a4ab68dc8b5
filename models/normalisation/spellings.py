"""How one phone number may be written: for finding it exactly in text that nobody normalised."""

import phonenumbers

# Regions tried for a number without a country prefix.
_HOME_REGIONS = ("SE", "DK", "NO", "FI")


def phone_spellings(phone: str) -> list[str]:
    """The digits of a phone number in each usual way of writing it.

    Args:
        phone: a number in any form; one without a country prefix may belong to any of SE, DK, NO, FI.

    Returns:
        Sorted distinct digit strings: as given, national with and without the leading zero, and
        international with ``00`` or without a prefix. Empty if the text holds no digit.
    """
    given = "".join(character for character in phone if character.isdigit())
    spellings = {given} if given else set()
    is_international = phone.strip().startswith(("+", "00"))
    for region in _HOME_REGIONS[:1] if is_international else _HOME_REGIONS:
        try:
            number = phonenumbers.parse(phone, region)
        except phonenumbers.NumberParseException:
            continue
        if not phonenumbers.is_valid_number(number):
            continue
        national = phonenumbers.national_significant_number(number)
        code = str(number.country_code)
        spellings |= {national, "0" + national}
        spellings |= {
            prefix + code + zero + national for prefix in ("", "00") for zero in ("", "0")
        }
    return sorted(spellings)
