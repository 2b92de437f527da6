"""Lines of earlier sessions, in the user's own folder for what stays."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

_REMEMBERED = 1_000  # lines


def history() -> History:
    """The history of all sessions; that of this one alone where the folder is not to be had."""
    path = _path()
    return InMemoryHistory() if path is None else _Lasting(path)


class _Lasting(FileHistory):
    """A file to which each line is added at once, so that sessions side by side lose nothing; or tried to be."""

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(islice(super().load_history_strings(), _REMEMBERED))
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except (OSError, UnicodeError):  # a full disk, half a character: the line itself counts
            pass


def _path() -> Path | None:
    try:
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Application Support"
        else:
            base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
        folder = base / "symdiff"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder / "history"
