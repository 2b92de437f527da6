"""Where data lies: the grammar, the symbol table and the books in `grammar/`; the user's own folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_folder() -> Path:
    """The folder with the data: inside an installed package, else at the top of a checkout."""
    for folder in (_PACKAGE / "grammar", _PACKAGE.parent / "grammar"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the folder `grammar` of symdiff is missing: the installation is incomplete")


def read_data(name: str) -> str:
    """The text of one file of the data folder."""
    return (data_folder() / name).read_text(encoding="utf-8")


def state_folder() -> Path | None:
    """The user's own folder for what stays between sessions, made if need be; None where there is none to be had."""
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
    return folder
