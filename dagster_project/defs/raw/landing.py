"""The inbox: which files lie in landing, and what one delivered file is.

Their copies in ``deliveries/`` are ``copies``; what is inside a file is ``readers``.
"""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from dagster_project.home import Home
from dagster_project.sources import Source


@dataclass(frozen=True)
class Delivery:
    """One file of a source, as it was delivered.

    ``source`` is in the words by which the file is read, ``replayed_as`` in those by which its
    quarantined records were judged again later. ``also_named`` are names under which the same bytes
    came at the same time; ``was_loaded`` says that the file was taken in once, and so is not judged
    again as a whole.
    """

    source: Source
    file_name: str
    copy: Path
    sha256: str
    bytes: int
    number: int
    also_named: tuple[str, ...] = ()
    was_loaded: bool = False
    replayed_as: tuple[Source, ...] = ()

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


def clear_scratch(home: Home) -> None:
    """Empty the work folder: a killed run may have left files there."""
    shutil.rmtree(home.scratch, ignore_errors=True)
    home.scratch.mkdir(mode=0o700)
