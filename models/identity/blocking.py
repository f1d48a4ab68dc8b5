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


def same_names_and_postal_code() -> BlockingKey:
    """Survives names in each other's field, without mailbox, phone or birth date."""
    return BlockingKey("block_names_postal", f"{_BOTH_NAMES} || '|' || postal")


def same_names_and_birth_year() -> BlockingKey:
    """Survives a mistyped day or month, or the two swapped."""
    return BlockingKey("block_names_birth_year", f"{_BOTH_NAMES} || '|' || birth_text[1:4]")


def same_initial_and_address() -> BlockingKey:
    """Survives misspelt names where neither mailbox nor birth date is known."""
    return BlockingKey(
        "block_address", "given[1] || '|' || street || '|' || house_no || '|' || postal"
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
        same_surname_and_mail_name(),
        same_given_name_and_mail_name(),
        same_rare_names(),
    )
