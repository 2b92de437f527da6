"""A table that keeps what was used last, so that ever new keys take no more memory."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

MOST = 128  # entries of the newer half


class Recent:
    """Values by key: those put in or asked for last. What was not asked for while as many others were is dropped.

    Two tables, the newer and the older: where the newer is full it becomes the older one. Every change is one
    assignment, so that threads and interrupts find it whole.
    """

    __slots__ = ("_newer", "_older")

    def __init__(self) -> None:
        self._newer: dict[Hashable, Any] = {}
        self._older: dict[Hashable, Any] = {}

    def get(self, key: Hashable) -> Any:
        """The value of a key, or None."""
        found = self._newer.get(key)
        if found is None:
            found = self._older.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value, which is not None."""
        newer = self._newer
        newer[key] = value
        if len(newer) > MOST:
            self._older = newer
            self._newer = {}

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)
