"""Company websites -> the domain they live on."""

import re

import idna
import pyarrow as pa

from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.placeholders import is_placeholder
from models.normalisation.text import clean

_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//")
_END_OF_HOST = re.compile(r"[/?#\\,;\s]")
_PORT = re.compile(r":[0-9]*$")
_WWW = re.compile(r"^www[0-9]?\.(?=[^.]+\.)")
_HOST = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})"
)
# A page there is not the company's own domain, and thousands of companies would share it.
_SHARED = re.compile(
    r"(?:.*\.)?(?:facebook|fb|instagram|linkedin|twitter|x|youtube|tiktok|pinterest|linktr|google)"
    r"\.(?:com|ee|me)"
)

_Row = tuple[str | None, str | None]


def normalise_websites(values: pa.Table) -> pa.Table:
    """Domains of company websites.

    Args:
        values: column website_raw (text or null), distinct. Scheme, path, port and several
            addresses in one field (the first counts) are understood.

    Returns:
        website_raw; domain: host in lower case without 'www', internationalised names in Unicode as
        in ``normalise_emails``; null when it is no host name, an IP address or a page on a social
        network; warning: W_WEBSITE, W_PLACEHOLDER or null. Other subdomains stay: without the
        public suffix list 'co.uk' cannot be told from 'volvo.se'. One row per input row, in input
        order.

    Raises:
        ValueError: the column is missing.
    """
    (raw,) = read_texts(values, "website_raw")
    rows = [_website(text) for text in raw]
    return lookup_table({"website_raw": raw}, rows, domain=pa.string(), warning=pa.string())


def _website(raw: str | None) -> _Row:
    text = clean(raw).lower() if raw else ""
    if not text:
        return None, None
    if is_placeholder(text):
        return None, "W_PLACEHOLDER"
    domain = _domain(text)
    return domain, None if domain else "W_WEBSITE"


def _domain(text: str) -> str | None:
    host = _END_OF_HOST.split(_SCHEME.sub("", text), maxsplit=1)[0].rpartition("@")[2]
    host = _PORT.sub("", host).strip(".")
    ascii_host = _ascii(host)
    if ascii_host is None or not _HOST.fullmatch(ascii_host):
        return None
    while (shorter := _WWW.sub("", ascii_host)) != ascii_host:
        ascii_host = shorter
    if _SHARED.fullmatch(ascii_host):
        return None
    return idna.decode(ascii_host) if "xn--" in ascii_host else ascii_host


def _ascii(host: str) -> str | None:
    if host.isascii() and "--" not in host:
        return host
    try:
        ascii_host = idna.encode(host, uts46=True).decode("ascii")
        idna.decode(ascii_host)
    except idna.IDNAError:
        return None
    return ascii_host
