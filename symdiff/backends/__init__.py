"""Backends: each file prints a program as source for one array library; `load` finds it by name."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Protocol

from symdiff.errors import NotSupported
from symdiff.lower import Known, Program

BACKENDS = ("numpy",)


@dataclass(frozen=True, slots=True)
class Code:
    """Source that defines a function `f` of the program's arguments in their order, then of the sizes called `sizes`,
    which no array shows. It needs nothing else than the library it is written for.
    """

    source: str
    sizes: tuple[str, ...]


class Backend(Protocol):
    """What a backend's module offers."""

    KNOWN: Known  # the functions it has a form for; others are replaced by their definitions

    def emit(self, program: Program, several: bool) -> Code:
        """The program as source; its function returns a tuple where `several` results are wanted."""


def load(name: str) -> Backend:
    """The backend called `name`; NotSupported where there is none."""
    if name not in BACKENDS:
        raise NotSupported(f"no backend called {name[:40]!r}", hint=f"the backends are {', '.join(BACKENDS)}")
    module: Backend = importlib.import_module(f"symdiff.backends.{name}")
    return module
