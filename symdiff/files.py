"""Files that are written whole or not at all."""

from __future__ import annotations

import os

from symdiff.errors import SymdiffError

Path = str | os.PathLike[str]


def suffix(path: Path) -> str:
    """How the name of a file ends, in small letters: `.tex`."""
    return os.path.splitext(os.fspath(path))[1].lower()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, then put it there; SymdiffError, and no trace, where that cannot be done."""
    named = os.fspath(path)
    try:
        _put(os.path.realpath(named), content)  # what a link points to is written, the link stays
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SymdiffError(f"{named!r} is not written: {why}") from error


def _put(place: str, content: bytes) -> None:
    if os.path.isdir(place):
        raise IsADirectoryError(0, "it is a folder")
    mode = os.stat(place).st_mode if os.path.exists(place) else None
    if mode is not None and not os.access(place, os.W_OK):
        raise PermissionError(0, "it is write-protected")
    beside = os.path.join(os.path.dirname(place), f".{os.path.basename(place)[:200]}.{os.getpid()}.part")
    try:
        with open(beside, "xb") as file:
            file.write(content)
        if mode is not None:
            os.chmod(beside, mode)
        os.replace(beside, place)
    finally:
        if os.path.exists(beside):
            os.remove(beside)
