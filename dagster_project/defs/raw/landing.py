"""The inbox and the copies: which files lie in landing, and which were taken in before.

Each file is copied to ``deliveries/`` before it is read, under its sha256, with a small JSON beside
it that remembers its order and name: so a lost warehouse loads the same files in the same order.
What is inside a file is ``readers``.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dagster_project.home import Home
from dagster_project.sources import Source

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Delivery:
    """One file of a source, as it was delivered."""

    source: Source
    file_name: str
    copy: Path
    sha256: str
    bytes: int
    number: int

    @property
    def file_id(self) -> str:
        """Names the file's content within its source."""
        return hashlib.sha256(f"{self.source.name}:{self.sha256}".encode()).hexdigest()[:16]

    @property
    def format(self) -> str:
        """How this file is written; a source may have been delivered in another format before."""
        return self.file_name.removesuffix(".gz").rpartition(".")[2]


def unread_delivery(source: Source) -> Delivery:
    """Stands for what a source did not give at all, such as a database that cannot be reached."""
    return Delivery(source, source.entity, Path(), "", 0, 0)


def landing_files(home: Home, source: Source) -> list[Path]:
    """The source's files in the inbox, by name; links that lead out of it are passed over."""
    folder = home.landing / source.system
    endings = (f".{source.format}", f".{source.format}.gz")
    inbox = home.landing.resolve()
    return sorted(
        path
        for path in folder.glob(f"{source.entity}*")
        if path.name.endswith(endings) and path.is_file() and path.resolve().is_relative_to(inbox)
    )


def known_deliveries(home: Home, source: Source) -> list[Delivery]:
    """The files that were taken in before, in the order they came."""
    folder = _folder(home, source)
    notes = [(json.loads(note.read_text()), note) for note in folder.glob("*.json")]
    return sorted(
        (
            Delivery(
                source,
                note["file_name"],
                path.with_suffix(""),
                path.stem,
                note["bytes"],
                note["number"],
            )
            for note, path in notes
            if path.with_suffix("").exists()
        ),
        key=lambda delivery: delivery.number,
    )


def take_copy(home: Home, source: Source, file: Path, number: int) -> Delivery:
    """Copy a landing file aside, durably, before anything reads it."""
    folder = _folder(home, source)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = folder / f".{file.name}.partial"
    digest = hashlib.sha256()
    with file.open("rb") as original, partial.open("wb") as copy:
        while chunk := original.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    target = folder / digest.hexdigest()
    partial.chmod(0o600)
    delivery = Delivery(
        source, file.name, target, digest.hexdigest(), partial.stat().st_size, number
    )
    note = {
        "file_name": file.name,
        "bytes": delivery.bytes,
        "number": number,
        "first_seen_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    target.with_suffix(".json").write_text(json.dumps(note))
    os.replace(partial, target)
    return delivery


def drop_copy(delivery: Delivery) -> None:
    """A held file leaves no copy: what lies in ``deliveries/`` was loaded."""
    delivery.copy.unlink(missing_ok=True)
    delivery.copy.with_suffix(".json").unlink(missing_ok=True)


def sha256_of(file: Path) -> str:
    """The file's sha256, read in pieces."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def clear_scratch(home: Home) -> None:
    """Empty the work folder: a killed run may have left files there."""
    shutil.rmtree(home.scratch, ignore_errors=True)
    home.scratch.mkdir(mode=0o700)


def _folder(home: Home, source: Source) -> Path:
    return home.deliveries / source.system / source.entity
