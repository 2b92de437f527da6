"""What `import symdiff` costs, and what it offers."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import symdiff as sd

HEAVY = ["numpy", "lark", "sympy", "scipy", "rich", "prompt_toolkit", "matplotlib"]


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_import_loads_nothing_heavy() -> None:
    loaded = python(f"import sys, json, symdiff; print(json.dumps([m for m in {HEAVY} if m in sys.modules]))")
    assert json.loads(loaded) == []


def test_every_public_name_is_there() -> None:
    for name in sd.__all__:
        assert getattr(sd, name) is not None
    assert set(sd.__all__) <= set(dir(sd))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        sd.nothing_like_it


def test_methods_are_there_however_expr_arrives() -> None:
    code = "from symdiff.expr import Expr; print(hasattr(Expr, 'latex'), hasattr(Expr, '__matmul__'))"
    assert python(code) == "True True\n"
