"""The inbox and the copies: which files lie in landing, and which were taken in before.

Each file is copied to ``deliveries/`` before it is read, under its sha256, with a small JSON beside
it that remembers its order and names: so a lost warehouse loads the same files in the same order.
What is inside a file is ``readers``.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from dagster_project.defs.raw.reading import HeldError
from dagster_project.home import Home
from dagster_project.sources import Source

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Delivery:
    """One file of a source, as it was delivered.

    ``also_named`` are names under which the same bytes came at the same time; ``was_loaded`` says
    that the file was taken in once, and so is not judged again as a whole.
    """

    source: Source
    file_name: str
    copy: Path
    sha256: str
    bytes: int
    number: int
    also_named: tuple[str, ...] = ()
    was_loaded: bool = False

    @property
    def file_id(self) -> str:
        """Names this delivery of the content: the same bytes may come again after others."""
        name = f"{self.source.name}:{self.number}:{self.sha256}"
        return hashlib.sha256(name.encode()).hexdigest()[:16]

    @property
    def path(self) -> str:
        """Where it lay, below the landing folder."""
        return f"{self.source.system}/{self.file_name}"

    @property
    def format(self) -> str:
        """How this file is written; a source may have been delivered in another format before."""
        return self.file_name.lower().removesuffix(".gz").rpartition(".")[2]

    @property
    def is_packed(self) -> bool:
        """Whether it is packed with gzip."""
        return self.file_name.lower().endswith(".gz")


def unread_delivery(source: Source) -> Delivery:
    """Stands for what a source did not give at all, such as a database that cannot be reached."""
    return Delivery(source, source.entity, Path(), "", 0, 0)


def landing_files(home: Home, source: Source) -> list[Path]:
    """The source's files in the inbox, by name; links too, which nobody follows."""
    endings = (f".{source.format}", f".{source.format}.gz")
    return sorted(
        path
        for path in (home.landing / source.system).glob(f"{source.entity}*")
        if path.name.lower().endswith(endings) and (path.is_symlink() or path.is_file())
    )


def known_deliveries(home: Home, source: Source) -> list[Delivery]:
    """The files that were taken in before, in the order they came."""
    folder = _folder(home, source)
    notes = [(json.loads(path.read_text()), path) for path in folder.glob("*.json")]
    return sorted(
        (
            Delivery(
                source,
                note["file_name"],
                folder / path.name.partition(".")[0],
                path.name.partition(".")[0],
                note["bytes"],
                note["number"],
                tuple(note.get("also_named", ())),
                note.get("was_loaded", False),
            )
            for note, path in notes
            if (folder / path.name.partition(".")[0]).exists()
        ),
        key=lambda delivery: delivery.number,
    )


def take_copy(
    home: Home, source: Source, file: Path, known: list[Delivery]
) -> tuple[Delivery, bool]:
    """Copy a landing file aside, durably, before anything reads it: the delivery, and is it new.

    It is not new if its bytes are those of the newest delivery of this name or, under a new name, of
    the newest delivery at all.

    Raises:
        HeldError: it is a link, or it changed while it was read.
    """
    if file.is_symlink() or file.parent.is_symlink():
        raise HeldError(
            "F_LINK",
            "The file, or its folder, is a link, and links are not followed. Put the file itself there.",
        )
    same_name = [d for d in known if file.name in {d.file_name, *d.also_named}]
    newest = (same_name or known)[-1] if known else None
    size = file.stat().st_size
    if newest and same_name and newest.bytes == size and sha256_of(file) == newest.sha256:
        return replace(newest, file_name=file.name), False
    home.scratch.mkdir(mode=0o700, exist_ok=True)
    partial = home.scratch / f"{source.table}.partial"
    sha256, size = _copy(file, partial)
    if newest and newest.sha256 == sha256:
        partial.unlink()
        if not same_name:
            newest = replace(newest, also_named=(*newest.also_named, file.name))
            _note(home, newest)
        return replace(newest, file_name=file.name), False
    folder = _folder(home, source)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = max((delivery.number for delivery in known), default=0) + 1
    delivery = Delivery(source, file.name, folder / sha256, sha256, size, number)
    os.replace(partial, delivery.copy)
    _note(home, delivery)
    return delivery, True


def remember_loaded(home: Home, delivery: Delivery) -> None:
    """Note that a file was taken in: a lost warehouse takes it in again whatever is usual by then."""
    if not delivery.was_loaded:
        _note(home, replace(delivery, was_loaded=True))


def drop_copy(delivery: Delivery) -> None:
    """A held file leaves no copy: what lies in ``deliveries/`` was loaded."""
    if delivery.was_loaded:
        return
    _note_of(delivery).unlink(missing_ok=True)
    if not list(delivery.copy.parent.glob(f"{delivery.sha256}.*json")):
        delivery.copy.unlink(missing_ok=True)


def sha256_of(file: Path) -> str:
    """The file's sha256, read in pieces."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def clear_scratch(home: Home) -> None:
    """Empty the work folder: a killed run may have left files there."""
    shutil.rmtree(home.scratch, ignore_errors=True)
    home.scratch.mkdir(mode=0o700)


def _copy(file: Path, target: Path) -> tuple[str, int]:
    """The sha256 and size of what was copied.

    Raises:
        HeldError: the file changed meanwhile.
    """
    digest = hashlib.sha256()
    size = 0
    opened = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(opened, "rb") as original, target.open("wb") as copy:
        target.chmod(0o600)
        before = _state(os.fstat(opened))
        while chunk := original.read(_CHUNK):
            digest.update(chunk)
            size += copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if _state(file.stat()) != before or size != before[0]:
        target.unlink()
        raise HeldError(
            "F_CHANGING",
            "The file changed while it was read: it is still being written. "
            "It is read again in the next run; write under another name and rename it when it is whole.",
        )
    return digest.hexdigest(), size


def _state(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _note(home: Home, delivery: Delivery) -> None:
    note = {
        "file_name": delivery.file_name,
        "also_named": delivery.also_named,
        "bytes": delivery.bytes,
        "number": delivery.number,
        "was_loaded": delivery.was_loaded,
        "noted_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    partial = home.scratch / f"{delivery.source.table}.note"
    partial.write_text(json.dumps(note))
    partial.chmod(0o600)
    os.replace(partial, _note_of(delivery))


def _note_of(delivery: Delivery) -> Path:
    return delivery.copy.with_name(f"{delivery.sha256}.{delivery.number}.json")


def _folder(home: Home, source: Source) -> Path:
    return home.deliveries / source.system / source.entity
