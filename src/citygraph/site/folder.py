"""The folder of a site: files are written below it alone, and only those whose content has changed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from citygraph.files import holds, shown
from citygraph.problems import CitygraphError

#: The file that tells that a folder is a site, and lists its files so that a later run can take away what is no more.
MANIFEST = ".citygraph-site"


class Folder:
    """A folder that is, or becomes, a site. Raises CitygraphError where it is something else or the disk refuses."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))
        self.name = shown(root)
        self._lock: int | None = None
        self._noted: set[str] = set()

    def begin(self) -> None:
        """Make the folder where it is not there; refuse one that holds other files, or that another run writes."""
        try:
            if self.root.exists() and not self.root.is_dir():
                raise CitygraphError(f"{self.name}: is a file; name a folder with --out")
            if self.root.is_dir() and any(self.root.iterdir()) and not (self.root / MANIFEST).is_file():
                raise CitygraphError(f"{self.name}: holds other files and no site; name another folder with --out")
            if (self.root / MANIFEST).is_symlink():
                raise CitygraphError(f"{self.name}: a link in it leads elsewhere: {MANIFEST}; remove it")
            self.root.mkdir(parents=True, exist_ok=True)
            self._hold()
            for left in self.root.glob(".*.part"):  # by a run that was ended
                left.unlink()
            if not (self.root / MANIFEST).exists():
                (self.root / MANIFEST).write_text("", "utf-8")
            self._noted = self._listed()
        except OSError as error:
            raise self._wrong(error) from error

    def note(self, paths: Iterable[str]) -> None:
        """Add files to the list of those of the site, so that a later run knows those of a run that was ended."""
        new = [path for path in dict.fromkeys(paths) if path not in self._noted]
        if new:
            self._noted.update(new)
            try:
                with (self.root / MANIFEST).open("a", encoding="utf-8") as file:
                    file.writelines(f"{path}\n" for path in new)
            except OSError as error:
                raise self._wrong(error) from error

    def close(self) -> None:
        """Let other runs write the folder."""
        if self._lock is not None:
            import fcntl

            fcntl.flock(self._lock, fcntl.LOCK_UN)  # also for the processes that this one made
            os.close(self._lock)
            self._lock = None

    def write(self, path: str, content: bytes) -> bool:
        """Write a file whole where its content is new; whether it was written."""
        place = self._place(path)
        try:
            if holds(place, content):
                return False
            aside = self.root / f".{os.getpid()}.part"
            aside.write_bytes(content)
            aside.replace(place)  # a link is replaced, not followed
        except OSError as error:
            raise self._wrong(error) from error
        return True

    def copy(self, path: str, source: Path) -> bool:
        """Copy a large file where it is another one by size or time; whether it was copied."""
        import shutil

        place = self._place(path)
        try:
            new, state = source.stat(), place.stat() if place.is_file() and not place.is_symlink() else None
            if state and (state.st_size, state.st_mtime_ns) == (new.st_size, new.st_mtime_ns):
                return False
            aside = self.root / f".{os.getpid()}.part"
            shutil.copy2(source, aside)
            aside.replace(place)
        except OSError as error:
            raise self._wrong(error) from error
        return True

    def end(self, paths: Iterable[str]) -> int:
        """Remember the files of the site, and take away those of an earlier run that are no more: how many."""
        now = sorted(set(paths))
        try:
            gone = sorted(self._listed() - set(now))
            for path in gone:
                place = self._place(path)
                place.unlink(missing_ok=True)
                for folder in place.relative_to(self.root).parents[:-1]:
                    if any((self.root / folder).iterdir()):
                        break
                    (self.root / folder).rmdir()
            self.write(MANIFEST, "".join(f"{path}\n" for path in now).encode())
        except OSError as error:
            raise self._wrong(error) from error
        return len(gone)

    def _hold(self) -> None:
        """Keep other runs out of the folder until it is closed or this process ends, where the system can."""
        try:
            import fcntl
        except ImportError:  # pragma: no cover - Windows
            return
        self._lock = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            raise CitygraphError(f"{self.name}: another run is writing this site; wait until it is done") from None
        except OSError:  # a file system without locks
            os.close(self._lock)
            self._lock = None

    def _listed(self) -> set[str]:
        """The files of the site by its own list."""
        return set((self.root / MANIFEST).read_text("utf-8", "replace").splitlines())

    def _place(self, path: str) -> Path:
        """Where a file of the site goes; raises CitygraphError for a path that would lead out of the folder."""
        parts = path.split("/")
        if any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts) or len(path) > 900:
            raise CitygraphError(f"{self.name}: a page would be written outside of it: {path[:200]!r}")
        place = self.root.joinpath(*parts)
        parent = place.parent
        if os.path.realpath(parent) != str(parent):  # each time: a link may have come since the last
            raise CitygraphError(f"{self.name}: a link in it leads elsewhere: {shown(parent)}; remove it")
        if not parent.is_dir():
            try:
                parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise self._wrong(error) from error
        return place

    def _wrong(self, error: OSError) -> CitygraphError:
        return CitygraphError(f"{self.name}: cannot be written: {error.strerror or error}")
