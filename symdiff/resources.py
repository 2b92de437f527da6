"""Where the data of the project lies: the grammar, the symbol table and the books in `grammar/`."""

from __future__ import annotations

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
