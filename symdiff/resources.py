"""Where data lies: the grammar, its tables, the symbol table and the books in `grammar/`."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.realpath(__file__))


def data_folder() -> str:
    """The folder with the data: inside an installed package, else at the top of a checkout."""
    for above in (_PACKAGE, os.path.dirname(_PACKAGE)):
        if os.path.isdir(folder := os.path.join(above, "grammar")):
            return folder
    raise FileNotFoundError("the folder `grammar` of symdiff is missing: the installation is incomplete")


def read_data(name: str) -> str:
    """The text of one file of the data folder."""
    with open(os.path.join(data_folder(), name), encoding="utf-8") as file:
        return file.read()
