"""Names of generated source: a user's own where they are safe, others made up."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")  # the one way by which a user's text reaches code that runs
_PYTHON = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins)))


class Names:
    """The names of one source, each given once; `reserved` are those that mean something in it."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self._taken = _PYTHON.union(reserved)

    def own(self, name: str, prefix: str) -> str:
        """The user's name, with `_` behind one that is taken; one made up of `prefix` for what is no safe identifier.

        Safe is what Python reads as this identifier and no other: letters and digits of ASCII, a letter first.
        """
        if _SAFE.fullmatch(name):
            for found in (name, f"{name}_"):
                if found not in self._taken:
                    return self._take(found)
        return self.fresh(prefix)

    def fresh(self, prefix: str, first: int = 0) -> str:
        """A new name: the prefix with the next number."""
        while (found := f"{prefix}{first}") in self._taken:
            first += 1
        return self._take(found)

    def _take(self, name: str) -> str:
        self._taken |= {name}
        return name
