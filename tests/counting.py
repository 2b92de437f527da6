"""How much work a call is, without a clock: the functions it calls, Python's own and those in C.

A second of Python is some five million of them on any machine.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

from symdiff.expr import live, postorder, walk


class TooMuch(Exception):
    """A call went on beyond the work it may be."""


def work(call: Callable[[], Any], most: int = sys.maxsize) -> int:
    """How many functions a call calls; beyond `most` it is broken off with TooMuch."""
    calls = 0

    def count(frame: Any, event: str, arg: Any) -> None:
        nonlocal calls
        if event in ("call", "c_call"):
            calls += 1
            if calls > most:
                sys.setprofile(None)
                raise TooMuch(f"more than {most:,} calls")

    live()  # nodes that are dead are forgotten with the next one: those of others here, and no more of them meanwhile
    gc.disable()
    sys.setprofile(count)
    try:
        call()
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls


def visits(call: Callable[[], Any]) -> int:
    """How many nodes the walks of a call list, those that are listed again too."""
    found = 0

    def count(frame: Any, event: str, arg: Any) -> None:
        nonlocal found
        if event == "return" and frame.f_code is postorder.__code__:
            found += len(arg)
        elif event == "return" and frame.f_code is walk.__code__:
            found += 1

    sys.setprofile(count)
    try:
        call()
    finally:
        sys.setprofile(None)
    return found
