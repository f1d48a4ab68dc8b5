"""What the name of a mailbox tells: shared by a role, or nobody's at all."""

import re

_ROLES = frozenset(
    {
        # English
        *("info", "information", "contact", "contactus", "office", "mail", "email", "post"),
        *("hello", "sales", "order", "orders", "support", "help", "helpdesk", "service"),
        *("customerservice", "admin", "administration", "billing", "accounting", "accounts"),
        *("finance", "invoice", "invoices", "hr", "jobs", "career", "careers", "press", "media"),
        *("marketing", "news", "team", "newsletter", "reception", "booking", "bookings"),
        *("reservations", "shop", "store", "it", "webshop", "web", "webmaster", "hostmaster"),
        *("postmaster", "abuse", "security", "privacy", "gdpr", "dpo", "legal", "noc", "purchase"),
        *("purchasing", "logistics", "feedback"),
        # Danish, Norwegian, Swedish
        *("kontakt", "kontakta", "kontor", "kontoret", "hej", "hei", "kundtjanst", "kundtjänst"),
        *("kundservice", "kundeservice", "kundesenter", "kundecenter", "salg", "salj"),
        *("forsaljning", "försäljning", "bestilling", "bestallning", "beställning", "bokning"),
        *("ordre", "faktura", "fakturor", "ekonomi", "okonomi", "økonomi", "regnskab", "regnskap"),
        *("jobb", "job", "rekrytering", "personal", "presse", "marknad", "marked", "nyhetsbrev"),
        *("nyhedsbrev", "butik", "butikk", "reklamation", "lager", "inkop", "inköp", "indkob"),
        *("innkjop", "styret", "firmapost", "postmottak", "redaktion", "redaksjon", "styrelsen"),
        *("registrator", "vaxel"),
        # Finnish
        *("asiakaspalvelu", "myynti", "toimisto", "palvelu", "laskutus", "tilaukset", "rekry"),
    }
)

# Read by nobody, whatever the domain: automatic senders, and "I have no e-mail".
_UNREAD = re.compile(
    r"(?:no|do[._-]?not)[._-]?reply.*"
    r"|(?:no|ingen|ikke|ei|har[._-]?ej|har[._-]?inte|finns[._-]?(?:ej|inte)|saknar)"
    r"[._-]?(?:e?-?mail|e?-?post|mejl|adresse?)"
    r"|finnsej|saknas|mangler|ukjent|ukendt|ok[aä]nd|unknown|tuntematon"
)
# Nothing only where the domain is as empty: 'test@test.com', while test@volvo.se has a reader.
_EMPTY = re.compile(
    r"test(?:ing|er|test)?[0-9]*|e?-?mail|example|exempel|eksempel|domain|dom[aä]n|domene|domæne"
    r"|foo|bar|foobar|asdf?|abc|qwerty|user|name|namn|navn|na|no|nope|ingen|none|null|(.)\1*"
)


def is_role(email: str) -> bool:
    """Whether a lower-case address names a function ('info@', 'kontakt+web@'), not a person."""
    return email.partition("@")[0].partition("+")[0] in _ROLES


def is_nobody(email: str) -> bool:
    """Whether a valid lower-case address is a placeholder or an automatic sender."""
    mailbox, _, domain = email.rpartition("@")
    if _UNREAD.fullmatch(mailbox):
        return True
    labels = domain.split(".")[:-1]
    return _EMPTY.fullmatch(mailbox) is not None and any(map(_EMPTY.fullmatch, labels))
