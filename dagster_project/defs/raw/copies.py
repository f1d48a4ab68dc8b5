"""The copies in ``deliveries/``: each file that was taken in, as it was delivered.

Each file is copied there before it is read, under its sha256, with a note beside it: a small JSON
that remembers its order, its names and how it was read, so that a lost warehouse reads the same rows
from the same files in the same order.
A note is written before its copy gets its name and outlives it: at no moment lies there a copy that
nobody knows. Which files are offered is ``landing``.
"""

import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.reading import HeldError
from dagster_project.defs.raw.wording import with_words, words_of
from dagster_project.durable import sync_folder
from dagster_project.home import Home
from dagster_project.sources import Source

_CHUNK = 1 << 20


def known_deliveries(home: Home, source: Source) -> list[Delivery]:
    """The files that were taken in before, in the order they came."""
    folder = _folder(home, source)
    noted = (_noted(source, path) for path in folder.glob("*.json"))
    return sorted(
        (delivery for delivery in noted if delivery.copy.exists()),
        key=lambda delivery: delivery.number,
    )


def remove_unknown(home: Home, source: Source) -> None:
    """Remove copies without a note and notes without a copy: what a killed run had not taken in yet."""
    folder = _folder(home, source)
    for file in folder.glob("*"):
        sha256 = file.name.partition(".")[0]
        is_note = file.suffix == ".json"
        if not (folder / sha256).exists() if is_note else not list(folder.glob(f"{sha256}.*.json")):
            file.unlink()


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
    _note(home, delivery)
    os.replace(partial, delivery.copy)
    sync_folder(folder)
    return delivery, True


def remember_loaded(home: Home, delivery: Delivery) -> Delivery:
    """Note that a file was taken in: a lost warehouse takes it in again whatever is usual by then."""
    if delivery.was_loaded:
        return delivery
    loaded = replace(delivery, was_loaded=True)
    _note(home, loaded)
    return loaded


def remember_replayed(home: Home, delivery: Delivery, source: Source) -> None:
    """Note that quarantined records came in by other words of the source than those noted already."""
    if source not in (delivery.source, *delivery.replayed_as):
        _note(home, replace(delivery, replayed_as=(*delivery.replayed_as, source)))


def drop_copy(delivery: Delivery) -> None:
    """A held file leaves no copy: what lies in ``deliveries/`` was loaded."""
    if delivery.was_loaded:
        return
    notes = list(delivery.copy.parent.glob(f"{delivery.sha256}.*.json"))
    if notes == [_note_of(delivery)]:
        delivery.copy.unlink(missing_ok=True)
    _note_of(delivery).unlink(missing_ok=True)


def sha256_of(file: Path) -> str:
    """The file's sha256, read in pieces."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


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


def _noted(source: Source, path: Path) -> Delivery:
    note = json.loads(path.read_text(encoding="utf-8"))
    sha256 = path.name.partition(".")[0]
    return Delivery(
        with_words(source, note.get("read_as", {})),
        note["file_name"],
        path.with_name(sha256),
        sha256,
        note["bytes"],
        note["number"],
        tuple(note.get("also_named", ())),
        note.get("was_loaded", False),
        tuple(with_words(source, words) for words in note.get("replayed_as", ())),
    )


def _note(home: Home, delivery: Delivery) -> None:
    note = {
        "file_name": delivery.file_name,
        "also_named": delivery.also_named,
        "bytes": delivery.bytes,
        "number": delivery.number,
        "was_loaded": delivery.was_loaded,
        "read_as": words_of(delivery.source),
        "replayed_as": [words_of(source) for source in delivery.replayed_as],
        "noted_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    partial = home.scratch / f"{delivery.source.table}.note"
    with partial.open("w", encoding="utf-8") as file:
        partial.chmod(0o600)
        file.write(json.dumps(note))
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, _note_of(delivery))
    sync_folder(delivery.copy.parent)


def _note_of(delivery: Delivery) -> Path:
    return delivery.copy.with_name(f"{delivery.sha256}.{delivery.number}.json")


def _folder(home: Home, source: Source) -> Path:
    return home.deliveries / source.system / source.entity
