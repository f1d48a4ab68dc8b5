"""From delivered bytes to UTF-8 text in a file: unpacked, decoded as declared, counted on the way.

A plain UTF-8 file is read where it lies; anything else is written to scratch in pieces, so that a
file of any size costs no more memory than one piece. What its lines mean is ``records``.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.reading import HeldError

_PIECE = 1 << 20

# A packed file may not grow more than this when unpacked: more is a bomb, not a delivery.
_MOST_UNPACKING = 100

# Up to this many bytes, or this many per hundred lines, are damage; more is no text.
_FEW_NULS = 20
_MOST_NULS_PER_LINE = 0.02

_BOM = codecs.BOM_UTF8
_MARKS = {
    _BOM: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


@dataclass
class Counts:
    """What stands in a text: the fast readers' work is checked against these."""

    size: int = 0
    newlines: int = 0
    carriage_returns: int = 0
    crlf: int = 0
    quotes: int = 0
    nuls: int = 0
    marks: int = 0
    tail: bytes = b""

    def add(self, piece: bytes) -> None:
        """Count one more piece of UTF-8 text."""
        self.size += len(piece)
        self.newlines += piece.count(b"\n")
        self.carriage_returns += piece.count(b"\r")
        self.crlf += piece.count(b"\r\n") + (self.tail[-1:] == b"\r" and piece[:1] == b"\n")
        self.quotes += piece.count(b'"')
        self.nuls += piece.count(b"\0")
        self.marks += (self.tail + piece).count(_BOM)
        self.tail = (self.tail + piece)[-2:] if piece else self.tail


@dataclass(frozen=True)
class Text:
    """A delivered text in UTF-8, without a byte order mark.

    ``content_bytes`` and ``mark_bytes`` (of the byte order mark) are of the file as delivered,
    unpacked; ``bytes_per_character`` is None where characters differ in size.
    """

    path: Path
    encoding: str
    content_bytes: int
    mark_bytes: int
    bytes_per_character: int | None
    counts: Counts = field(compare=False)

    def delivered_bytes(self, text: bytes) -> int:
        """How many bytes of the delivered file this part of the text is."""
        if self.encoding == "utf-8":
            return len(text)
        decoded = text.decode("utf-8", "surrogateescape")
        if self.bytes_per_character == 1:
            return len(decoded)
        return len(decoded.encode(self.encoding, "surrogateescape"))

    def ends_with_newline(self) -> bool:
        """Whether the last line is whole."""
        return self.counts.tail[-1:] in {b"\n", b"\r"}


@contextmanager
def open_text(delivery: Delivery, scratch: Path) -> Iterator[Text]:
    """The delivery's text, until the end of the block.

    Raises:
        HeldError: it is not the text that the source declares.
    """
    name = codecs.lookup(delivery.source.encoding).name.removesuffix("-sig")
    encoding, mark = _mark(delivery, name)
    path = scratch / f"{delivery.file_id}.text"
    counts = Counts()
    lies_as_text = encoding == "utf-8" and not mark and not delivery.is_packed
    try:
        if lies_as_text:
            content = _count(delivery, counts)
        else:
            with path.open("wb") as sink:
                path.chmod(0o600)
                content = _transcode(delivery, encoding, len(mark), sink, counts)
        _hold_binary(delivery, counts)
        yield Text(
            path=delivery.copy if lies_as_text else path,
            encoding=encoding,
            content_bytes=content,
            mark_bytes=len(mark),
            bytes_per_character=_bytes_per_character(encoding),
            counts=counts,
        )
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def unpacked(delivery: Delivery, scratch: Path) -> Iterator[Path]:
    """The delivery's bytes in a file, unpacked where it is packed."""
    if not delivery.is_packed:
        yield delivery.copy
        return
    path = scratch / f"{delivery.file_id}.unpacked"
    try:
        with path.open("wb") as sink:
            path.chmod(0o600)
            for piece in _pieces(delivery):
                sink.write(piece)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _pieces(delivery: Delivery) -> Iterator[bytes]:
    if not delivery.is_packed:
        with delivery.copy.open("rb") as plain:
            while piece := plain.read(_PIECE):
                yield piece
        return
    left = delivery.bytes * _MOST_UNPACKING
    try:
        with gzip.open(delivery.copy) as packed:
            while piece := packed.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise HeldError(
                        "F_SIZE",
                        f"The file unpacks to more than {_MOST_UNPACKING} times its size. "
                        "Deliver it unpacked.",
                    )
                yield piece
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise HeldError(
            "F_FORMAT", "The file cannot be unpacked with gzip. Deliver it again."
        ) from None


def _mark(delivery: Delivery, encoding: str) -> tuple[str, bytes]:
    """The encoding with its byte order, and the byte order mark at the start of the file."""
    start = next(_pieces(delivery), b"")[:4]
    if start == b"PAR1":
        raise _binary(delivery)
    for mark, ordered in _MARKS.items():
        if ordered.startswith(encoding) and start.startswith(mark):
            return ordered, mark
    return encoding + ("-le" if encoding in {"utf-16", "utf-32"} else ""), b""


def _bytes_per_character(encoding: str) -> int | None:
    if encoding.startswith(("utf-16", "utf-32")):
        return 2 if encoding.startswith("utf-16") else 4
    every_byte = bytes(range(256))
    return 1 if len(every_byte.decode(encoding, "replace")) == len(every_byte) else None


def _count(delivery: Delivery, counts: Counts) -> int:
    for piece in _pieces(delivery):
        counts.add(piece)
    return counts.size


def _transcode(
    delivery: Delivery, encoding: str, mark: int, sink: io.BufferedWriter, counts: Counts
) -> int:
    """Write the text as UTF-8; a byte that does not decode stays itself, and costs its record (R_ENC)."""
    keeps_bytes = encoding == "utf-8" or _bytes_per_character(encoding) == 1
    errors = "surrogateescape" if keeps_bytes else "strict"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    as_utf8: codecs.IncrementalDecoder | None = None
    if not encoding.startswith("utf"):
        as_utf8 = codecs.getincrementaldecoder("utf-8")()
    content, is_ascii = 0, True
    try:
        for piece in _pieces(delivery):
            is_ascii = is_ascii and piece.isascii()
            as_utf8 = _still_decodes(as_utf8, piece)
            text = piece[mark:] if content == 0 else piece
            content += len(piece)
            _write(decoder.decode(text), sink, counts)
        _write(decoder.decode(b"", final=True), sink, counts)
    except UnicodeDecodeError:
        raise HeldError(
            "F_TRUNCATED" if content % (_bytes_per_character(encoding) or 1) else "F_ENCODING",
            f"The file is not {delivery.source.encoding} text, or it ends in the middle of a letter. "
            f"Write it as {delivery.source.encoding} and deliver it again.",
        ) from None
    if as_utf8 is not None and not is_ascii and _still_decodes(as_utf8, b"", final=True):
        raise HeldError(
            "F_ENCODING",
            f"The file is UTF-8 where {delivery.source.encoding} is declared, and would read as wrong letters. "
            f"Write it as {delivery.source.encoding}, or correct `encoding` of the source.",
        )
    return content


def _write(text: str, sink: io.BufferedWriter, counts: Counts) -> None:
    piece = text.encode("utf-8", "surrogateescape")
    counts.add(piece)
    sink.write(piece)


def _still_decodes(
    decoder: codecs.IncrementalDecoder | None, piece: bytes, final: bool = False
) -> codecs.IncrementalDecoder | None:
    try:
        if decoder is not None:
            decoder.decode(piece, final)
    except UnicodeDecodeError:
        return None
    return decoder


def _hold_binary(delivery: Delivery, counts: Counts) -> None:
    lines = counts.newlines + 1
    few = max(_FEW_NULS, int(_MOST_NULS_PER_LINE * lines))
    if counts.nuls > few or 2 * counts.nuls > lines or counts.tail.endswith(b"\0"):
        raise _binary(delivery)


def _binary(delivery: Delivery) -> HeldError:
    written = delivery.format.upper()
    return HeldError(
        "F_NUL",
        f"The file holds bytes that no {written} text has. Write it anew as {written}.",
    )


class Ruler:
    """Measures a text from its start in bytes of the delivered file; positions must not go back."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._file = text.path.open("rb")
        self._position = 0
        self._delivered = text.mark_bytes
        self.line_ends = 0

    def __enter__(self) -> "Ruler":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A record's place; what lies before it and was not measured counts as line ends, if it is."""
        self._go_to(start, are_line_ends=True)
        delivered = self._delivered
        self._go_to(end, are_line_ends=False)
        return delivered, self._delivered

    def skip(self, end: int) -> int:
        """Pass over the text up to a position; where that is in the delivered file."""
        self._go_to(end, are_line_ends=False)
        return self._delivered

    def finish(self) -> None:
        """Measure what is left behind the last record."""
        self._go_to(self._text.counts.size, are_line_ends=True)

    def _go_to(self, position: int, *, are_line_ends: bool) -> None:
        while left := position - self._position:
            piece = self._file.read(min(left, _PIECE))
            while (
                len(piece) < left
                and (following := self._file.peek(1)[:1])
                and _continues(following)
            ):
                piece += self._file.read(1)
            self._position += len(piece)
            size = self._text.delivered_bytes(piece)
            self._delivered += size
            if are_line_ends and not piece.replace(_BOM, b"").strip():
                self.line_ends += size


def _continues(byte: bytes) -> bool:
    """Whether a byte is a later one of a character in UTF-8."""
    return byte[0] & 0xC0 == 0x80
