"""What `import symdiff` costs, and what it offers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest

import symdiff as sd

HEAVY = ["numpy", "lark", "sympy", "scipy", "rich", "prompt_toolkit", "matplotlib"]
# How many modules of each package a derivative asked of the command line loads; one more must be needed for it.
FIRST_ANSWER = {
    "symdiff": 23, "symdiff.algebra": 28, "symdiff.book": 12, "symdiff.calculus": 17, "symdiff.narration": 2,
    "symdiff.notation": 7, "symdiff.rewriting": 20, "symdiff.show": 2, "symdiff.syntax": 31,
}  # fmt: skip


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


@pytest.mark.parametrize(
    "code",
    [
        "print(sd.parse('diff(t^2, t)'))",
        "print(sd.simplify('d/dt t^2'))",
        "print(sd.substitute('diff(t^2, t)', {}))",
        "print(2*sd.ops('diff(t^2, t)'), end='*t\\n')",
        "from symdiff.cli import main; main(['diff(t^2, t)'])",
    ],
)
def test_derivatives_inside_a_text_are_worked_out_by_whatever_is_asked_first(code: str) -> None:
    assert python(f"import symdiff as sd; {code}") == "2*t\n"


def test_what_the_first_answer_of_the_command_loads() -> None:
    code = """
import json, sys
before = set(sys.modules)
from symdiff.cli import main
main(["d/dx x^2 sin(x)"])
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    answer, loaded = python(code).splitlines()
    assert answer == "2*x*sin(x) + x^2*cos(x)"
    modules = json.loads(loaded)
    ours = [name.split(".") for name in modules if name.split(".")[0] == "symdiff"]
    packages = Counter(".".join(parts[:2]) if len(parts) > 2 else parts[0] for parts in ours)
    assert {name.split(".")[0] for name in modules} - sys.stdlib_module_names == {"symdiff"}
    assert packages.keys() == FIRST_ANSWER.keys()
    assert {name: count for name, count in packages.items() if count > FIRST_ANSWER[name]} == {}
    assert not {"dataclasses", "inspect", "pathlib", "tempfile", "logging", "symdiff.calculator"} & set(modules)
