"""Which pairs of nodes are compared: blocking keys, each with the reason why it exists.

Two nodes are compared if they share any key. The keys are made in ``preparation``, where a value
that gathers too many nodes is dropped; what is compared is in ``settings``. Lone names are no keys:
one surname alone gave 1.7e9 pairs at 1,000,000 records, the first names 5.2e9.
"""

from dataclasses import dataclass

BLOCK_CAP = 60
"""Most nodes that one value of a key may gather: 60 give 1,770 pairs, and are no evidence."""

NAMES_CAP = 8
"""The same where the names are all that two nodes share: only rare names are worth comparing."""

WEAK_CAP = 20
"""The same for keys that gather most pairs of few people and hardly any of many: among 5,000 people
a birth date is rare, among 1,000,000 fifty share it, and its values are dropped."""


def _without_contact(made_of: str) -> str:
    """Only for nodes without e-mail and phone, which no stronger key may reach.

    Among 230,000 records of people with contact details such keys brought 440,000 pairs and two
    matches, an initial with the birth date 500,000 pairs of 1,000,000 records and none.
    """
    return f"case when email is null and phone is null then {made_of} end"


_BOTH_NAMES = "least(given_key, family) || '|' || greatest(given_key, family)"


@dataclass(frozen=True)
class BlockingKey:
    """A key that two nodes may share.

    Attributes:
        name: its column in ``nodes``.
        made_of: SQL over a node's columns; null where one of them is unknown.
        cap: most nodes that one value may gather.
    """

    name: str
    made_of: str
    cap: int = BLOCK_CAP


def same_email() -> BlockingKey:
    """Survives any change but that of the mailbox.

    Nameless records on a mailbox that several people read stay out: they fit each of them.
    """
    return BlockingKey(
        "block_email", "case when given is not null or not mailbox_shared then email end"
    )


def same_phone() -> BlockingKey:
    """Survives any change but that of the number. A third of these pairs are two of a family."""
    return BlockingKey("block_phone", "phone")


def same_given_name_and_birth_date() -> BlockingKey:
    """Survives a new surname, a move and a new mailbox."""
    return BlockingKey("block_given_birth", "given_key || '|' || birth_text")


def same_surname_and_birth_date() -> BlockingKey:
    """Survives a misspelt or shortened given name. It brings twins, whom the comparisons part."""
    return BlockingKey("block_surname_birth", "family || '|' || birth_text")


def same_birth_date() -> BlockingKey:
    """Survives everything but the date, among few people."""
    return BlockingKey("block_birth", _without_contact("birth_text"), WEAK_CAP)


def same_initial_and_birth_date() -> BlockingKey:
    """Survives misspelt names, among many people."""
    return BlockingKey("block_initial_birth", _without_contact("given[1] || '|' || birth_text"))


def same_postal_code_and_birth_date() -> BlockingKey:
    """Survives both names misspelt, or one in the other's field."""
    return BlockingKey("block_postal_birth", "postal || '|' || birth_text")


def same_surname_initial_and_postal_code() -> BlockingKey:
    """Survives a misspelt given name where the birth date is unknown or wrong.

    Without the initial, of 525,000 such pairs among 1,000,000 records 444 were likely matches; with it
    23,000 are left, and 388 of these.
    """
    return BlockingKey(
        "block_surname_initial_postal", "family || '|' || postal || '|' || given_key[1]"
    )


def same_given_name_initial_and_postal_code() -> BlockingKey:
    """Survives a misspelt or lengthened surname where the birth date is unknown or wrong."""
    return BlockingKey(
        "block_given_initial_postal", "given_key || '|' || postal || '|' || family[1]"
    )


def same_given_name_last_initial_and_postal_code() -> BlockingKey:
    """The same where the second half of a double name is what two records share."""
    return BlockingKey(
        "block_given_last_postal", "given_key || '|' || postal || '|' || family_tokens[-1][1]"
    )


def same_surname_and_postal_code() -> BlockingKey:
    """Survives any error of the given name."""
    return BlockingKey(
        "block_surname_postal", _without_contact("family || '|' || postal"), WEAK_CAP
    )


def same_given_name_and_postal_code() -> BlockingKey:
    """Survives a new surname."""
    return BlockingKey(
        "block_given_postal", _without_contact("given_key || '|' || postal"), WEAK_CAP
    )


def same_surname_and_street() -> BlockingKey:
    """Survives a mistyped house number or postal code."""
    return BlockingKey(
        "block_surname_street", _without_contact("family || '|' || street"), WEAK_CAP
    )


def same_given_name_and_street() -> BlockingKey:
    """The same, for those whose surname is misspelt."""
    return BlockingKey(
        "block_given_street", _without_contact("given_key || '|' || street"), WEAK_CAP
    )


def same_names_and_postal_code() -> BlockingKey:
    """Survives names in each other's field, without mailbox, phone or birth date."""
    return BlockingKey("block_names_postal", f"{_BOTH_NAMES} || '|' || postal")


def same_names_and_birth_year() -> BlockingKey:
    """Survives a mistyped day or month, or the two swapped."""
    return BlockingKey("block_names_birth_year", f"{_BOTH_NAMES} || '|' || birth_text[1:4]")


def same_initial_and_address() -> BlockingKey:
    """Survives misspelt names where neither mailbox nor birth date is known."""
    return BlockingKey(
        "block_initial_address", "given[1] || '|' || street || '|' || house_no || '|' || postal"
    )


def same_given_name_house_number_and_city() -> BlockingKey:
    """Survives a misspelt surname, street and postal code."""
    return BlockingKey(
        "block_given_house_city",
        _without_contact("given_key || '|' || house_no || '|' || city"),
        WEAK_CAP,
    )


def same_initial_and_street() -> BlockingKey:
    """Survives misspelt names and a missing or mistyped house number."""
    return BlockingKey(
        "block_initial_street",
        _without_contact("given[1] || '|' || street || '|' || postal"),
        WEAK_CAP,
    )


def same_house() -> BlockingKey:
    """Survives both names and the postal code misspelt. It brings households, as a phone does."""
    return BlockingKey("block_house", _without_contact("street || '|' || house_no"), WEAK_CAP)


def same_initials_and_postal_code() -> BlockingKey:
    """Survives names in each other's field with one of them misspelt, and a wrong birth date."""
    return BlockingKey(
        "block_initials_postal",
        _without_contact("least(given[1], family[1]) || greatest(given[1], family[1]) || postal"),
        WEAK_CAP,
    )


def same_surname_and_mail_name() -> BlockingKey:
    """Survives a new mail provider. Without a number the mail name is but the name again."""
    return BlockingKey(
        "block_mail_surname",
        "case when email_number is not null then email_local || '|' || family end",
    )


def same_given_name_and_mail_name() -> BlockingKey:
    """Survives a new mail provider together with a new or misspelt surname."""
    return BlockingKey(
        "block_mail_given",
        "case when email_number is not null then email_local || '|' || given_key end",
    )


def same_rare_names() -> BlockingKey:
    """Survives everything but the name, if few bear it."""
    return BlockingKey("block_names", _BOTH_NAMES, NAMES_CAP)


def blocking_keys() -> tuple[BlockingKey, ...]:
    """All blocking keys, the cheapest to decide first."""
    return (
        same_email(),
        same_phone(),
        same_given_name_and_birth_date(),
        same_surname_and_birth_date(),
        same_names_and_postal_code(),
        same_names_and_birth_year(),
        same_initial_and_address(),
        same_postal_code_and_birth_date(),
        same_initial_and_birth_date(),
        same_birth_date(),
        same_house(),
        same_surname_and_street(),
        same_given_name_and_street(),
        same_given_name_house_number_and_city(),
        same_initial_and_street(),
        same_initials_and_postal_code(),
        same_surname_and_postal_code(),
        same_given_name_and_postal_code(),
        same_surname_initial_and_postal_code(),
        same_given_name_initial_and_postal_code(),
        same_given_name_last_initial_and_postal_code(),
        same_surname_and_mail_name(),
        same_given_name_and_mail_name(),
        same_rare_names(),
    )
