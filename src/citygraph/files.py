"""The one place that opens, writes and moves files."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import re
import stat
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from citygraph.problems import CitygraphError, Problem

#: Largest fact sheet, registry file or article that is read, in bytes.
SIZE_CAP = 2_000_000
#: Control characters, and separators that some programs take for line ends and others do not.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
#: A file that every release holds; a directory without it is not overwritten.
MARKER = "citygraph.nq"


def resource(name: str) -> Path:
    """A file or folder of ontology/, data/ or queries/: inside the wheel, or of the checkout."""
    inside = Path(__file__).parent / "_resources"
    root = inside if inside.is_dir() else Path(__file__).parents[2]
    return root / name


def named(path: Path) -> Path:
    """The whole path as its name says, links left as they are and `..` taken out."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def shown(path: Path) -> str:
    """A path as it is printed: in one line, relative to where the user stands when it lies below, with forward
    slashes."""
    whole = named(path)
    name = (whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else path).as_posix()
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)


def read_text(path: Path, root: Path | None = None) -> tuple[str | None, list[Problem]]:
    """The text of a curated file, or why it is refused, each reason at its line.

    Curated files are UTF-8 without byte-order mark, LF only, in Unicode NFC, not empty, and lie below `root`
    (symbolic links out of it are refused). Raises CitygraphError where the file cannot be opened.
    """
    name = shown(path)

    def refuse(code: str, what: str, right: str, line: int = 1, column: int = 1) -> tuple[None, list[Problem]]:
        return None, [Problem(name, line, column, code, what, right)]

    try:
        if root is not None and not path.resolve().is_relative_to(root.resolve()):
            return refuse("outside", "a link that leads out of the data folder", "put the file itself here")
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise CitygraphError(f"{name}: cannot be read: not a file")
        if state.st_size > SIZE_CAP:
            return refuse("too-large", f"{state.st_size:,} bytes", f"a file here has at most {SIZE_CAP:,}: split it")
        raw = path.read_bytes()
    except RuntimeError as error:  # so says Python 3.11 of links that lead back to themselves
        raise CitygraphError(f"{name}: cannot be read: a link that leads back to itself") from error
    except OSError as error:
        raise CitygraphError(f"{name}: cannot be read: {error.strerror}") from error
    if not raw.strip():
        return refuse("empty", "the file is empty", "data/FORMAT.md shows what belongs here")
    if raw.startswith(b"\xef\xbb\xbf"):
        return refuse("byte-order-mark", "the file begins with a byte-order mark", "save as UTF-8 without it")
    if (at := raw.find(b"\0")) >= 0:
        line = raw.count(b"\n", 0, at) + 1
        return refuse("binary", "a NUL byte: this is not a text file", "save it as UTF-8 text", line)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line, before = raw.count(b"\n", 0, error.start) + 1, raw[: error.start].rpartition(b"\n")[2]
        column = len(before.decode("utf-8", "replace")) + 1
        return refuse("not-utf-8", f"byte 0x{raw[error.start]:02X} is not UTF-8", "save as UTF-8", line, column)
    if (at := text.find("\r")) >= 0:
        line = text.count("\n", 0, at) + 1
        what = "lines end with CR LF" if text.startswith("\r\n", at) else "a carriage return"
        return refuse("carriage-return", what, "save with LF (Unix) line ends", line)
    if path.suffix == ".txt" and (control := _CONTROL.search(text)):  # in YAML, the reader places it
        line = text.count("\n", 0, control.start()) + 1
        what = f"the character U+{ord(control.group()):04X} is not of a text"
        return refuse("control", what, "remove it, or write a line end", line)
    if not unicodedata.is_normalized("NFC", text):
        for number, row in enumerate(text.split("\n"), 1):
            if not unicodedata.is_normalized("NFC", row):
                return refuse("not-nfc", "letters and accents are apart (Unicode NFD)", "save in Unicode NFC", number)
    return text, []


def load_bytes(path: Path, what: str) -> bytes:
    """The bytes of a file that a command was given; raises CitygraphError naming it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CitygraphError(f"{shown(path)}: {what} cannot be read: {error.strerror}") from error


def holds(path: Path, content: bytes) -> bool:
    """Whether a path is a file of just this content, and no link to one."""
    same = not path.is_symlink() and path.is_file() and path.stat().st_size == len(content)
    return same and path.read_bytes() == content


def writable(out: Path) -> None:
    """Raise CitygraphError unless `out` may become a release: new, empty, or a release already."""
    name, out = shown(out), Path(os.path.realpath(out))
    try:
        there = next(path for path in (out, *out.parents) if path.exists())
        if not there.is_dir():
            raise CitygraphError(f"{shown(there)}: is a file; name a folder with --out")
        if Path.cwd().is_relative_to(out):
            raise CitygraphError(f"{name}: you stand in it, and it is replaced whole; name another folder with --out")
        if there == out and any(out.iterdir()) and not (out / MARKER).exists():
            raise CitygraphError(f"{name}: holds other files and no release; name another folder with --out")
    except OSError as error:
        raise CitygraphError(f"{name}: cannot be written: {error.strerror or error}") from error


def cache_folder() -> Path | None:
    """Where things are kept that can be made anew: CITYGRAPH_CACHE, else citygraph/ in the user's cache folder; None
    where CITYGRAPH_CACHE is empty, or the user has no folder."""
    told = os.environ.get("CITYGRAPH_CACHE")
    try:
        if told is not None:
            return Path(told).expanduser() if told else None
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "citygraph"
    except RuntimeError:  # Python's word for a user without a home
        return None


def save(path: Path, content: bytes) -> None:
    """Write one file whole or not at all; raises CitygraphError when the disk refuses."""
    import tempfile

    aside: str | None = None
    try:
        handle, aside = tempfile.mkstemp(prefix=".citygraph.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
        aside = None
    except OSError as error:
        raise CitygraphError(f"{shown(path)}: cannot be written: {error.strerror or error}") from error
    finally:
        if aside is not None:
            Path(aside).unlink(missing_ok=True)


@contextlib.contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A folder to fill beside the release `out`, which takes its place whole when the block ends well.

    Raises CitygraphError when the disk refuses.
    """
    writable(out)
    name, out = shown(out), Path(os.path.realpath(out))
    try:
        with made_aside(out, _place) as aside:
            yield aside
    except OSError as error:
        raise CitygraphError(f"{name}: cannot be written: {error.strerror or error}") from error


@contextlib.contextmanager
def filled(out: Path) -> Iterator[Path]:
    """A folder to fill aside, which becomes `out` whole when the block ends well; `out` must be new or empty.

    Raises CitygraphError where it is not, and when the disk refuses.
    """
    name = shown(out)
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise CitygraphError(f"{name}: name a folder that is new or empty with --out")
        with made_aside(Path(os.path.realpath(out)), os.rename) as aside:
            yield aside
    except OSError as error:
        raise CitygraphError(f"{name}: cannot be written: {error.strerror or error}") from error


@contextlib.contextmanager
def made_aside(out: Path, place: Callable[[Path, Path], None]) -> Iterator[Path]:
    """A folder to fill beside `out`, which `place` puts there whole when the block ends well.

    When the block raises or is killed, `out` stays as it was. Raises OSError when the disk refuses.
    """
    import shutil
    import tempfile

    aside: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        sweep(path for end in ("building", "old") for path in out.parent.glob(f".{glob.escape(out.name)}.*.{end}"))
        aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.{os.getpid()}.", suffix=".building", dir=out.parent))
        aside.chmod(0o755)
        yield aside
        for file in aside.rglob("*"):
            if file.is_file():
                with file.open("rb") as handle:
                    os.fsync(handle.fileno())
        place(aside, out)
    finally:
        if aside is not None and aside.exists():
            shutil.rmtree(aside, ignore_errors=True)


def _place(aside: Path, out: Path) -> None:
    """Put a folder in the place of `out`, whether that is free, empty or a release, perhaps one made just now.

    Where the system can exchange two folders in one step (Linux renameat2) there is no moment without a release.
    """
    try:
        aside.rename(out)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        if not _exchange(aside, out):
            import shutil

            old = aside.with_suffix(".old")
            out.rename(old)
            aside.rename(out)
            shutil.rmtree(old)


def place_first(aside: Path, out: Path) -> None:
    """Put a folder in the place of `out` where nothing stands; what another has put there meanwhile stays."""
    try:
        aside.rename(out)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def sweep(folders: Iterable[Path]) -> None:
    """Remove folders that were made aside by processes that are no more; one that still runs keeps its own."""
    import shutil

    for left in folders:
        with contextlib.suppress(ValueError):
            pid = int(left.name.split(".")[-3])
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                shutil.rmtree(left)
            except PermissionError:
                continue


def _exchange(one: Path, other: Path) -> bool:
    """Swap two paths in one step; False where the system has no such call."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    here, flag = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(call(here, os.fsencode(one), here, os.fsencode(other), flag) == 0)
