"""The magic of notebooks: lines of a session that answer as mathematics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import symdiff as sd


class Shell:
    """What an extension needs of IPython's shell."""

    def __init__(self) -> None:
        self.magics: dict[str, Callable[..., Any]] = {}

    def register_magic_function(self, magic: Callable[..., Any], kind: str, name: str) -> None:
        assert kind == "line_cell"
        self.magics[name] = magic


@pytest.fixture
def magic() -> Callable[..., Any]:
    shell = Shell()
    sd.load_ipython_extension(shell)
    return shell.magics["symdiff"]


def test_a_cell_is_lines_of_the_session(magic: Callable[..., Any]) -> None:
    assert repr(magic("", "x: scalar\nf(x) := x^2*sin(x)\n\n")) == "x: scalar\nf(x) := x^2*sin(x)"
    cell = magic("f'(x)")
    assert repr(cell) == "2*x*sin(x) + x^2*cos(x)"
    assert "<math" in cell._repr_html_()
    assert magic("  ") is None


def test_steps_fold_and_code_is_preformatted(magic: Callable[..., Any]) -> None:
    html = magic("", "steps d/dt t*exp(t)\nto numpy exp(t)\nsqrt(8)")._repr_html_()
    assert "product rule" in html
    assert "<pre>import numpy as np" in html
    assert "≈ 2.8284" in html


def test_an_error_has_no_traceback(magic: Callable[..., Any]) -> None:
    errors = pytest.importorskip("IPython.core.error")
    with pytest.raises(errors.UsageError, match="did you mean `softmax`"):
        magic("softmx(x)")
    assert repr(magic("2 + 3")) == "5"
