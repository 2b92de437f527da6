"""Generated texts with indices: values by plain loops, derivatives by the oracles, forms that read back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from index_texts import DECLARED, FUNCTIONS, N, index_text, text_of_functions

import symdiff as sd
from symdiff.algebra import same
from symdiff.expr import Expr


def value(e: Expr, at: dict[str, Any]) -> Any:
    given = {s.name: at[s.name] for s in e.symbols}
    functions = {"f": np.tanh} if "f(" in str(e) else {}
    return e(given | functions | {"n": N})


@pytest.mark.parametrize("seed", range(200))
@pytest.mark.sample(40)
def test_a_text_with_indices_is_what_loops_say(seed: int) -> None:
    text, due, at = index_text(seed)
    e = sd.parse(text, DECLARED)
    np.testing.assert_allclose(value(e, at), due, rtol=1e-10, err_msg=text)
    for form in (str(e), e.unicode(), e.index_notation()):
        again = sd.parse(form, DECLARED)
        if not same(again, e):  # a transpose moved through a case
            np.testing.assert_allclose(value(again, at), due, rtol=1e-10, err_msg=form)


@pytest.mark.parametrize("seed", range(200))
@pytest.mark.sample(25)
def test_its_derivative_is_right_by_the_oracles(seed: int) -> None:
    text, _, _ = index_text(seed)
    names = [s.name for s in sd.parse(text, DECLARED).symbols]
    by = names[seed % len(names)]
    verdict = sd.check(text, by, kind="jacobian", declarations=DECLARED)
    assert verdict.ok is not False, (text, by, verdict)


@pytest.mark.parametrize("seed", range(200))
@pytest.mark.sample(25)
def test_the_derivative_by_an_entry_is_the_entry_of_the_gradient(seed: int) -> None:
    text, _, _ = index_text(seed)
    f = text if text.startswith("sum(") else f"sum({text})"
    names = [s.name for s in sd.parse(f, DECLARED).symbols if s.name in "xyw"]
    for name in names[:1]:
        by_entries = sd.parse(f"[l] -> diff({f}, {name}[l])", DECLARED)
        assert same(by_entries, sd.grad(f, name, DECLARED)), (f, name)


@pytest.mark.parametrize("seed", range(100))
@pytest.mark.sample(15)
def test_the_derivative_by_a_function_is_right_by_the_oracles(seed: int) -> None:
    f, by = text_of_functions(seed)
    claim = sd.parse(f"diff({f}, {by})", FUNCTIONS)
    assert same(claim, sd.diff(f, by, declarations=FUNCTIONS))
    verdict = sd.check(f, by, claim, declarations=FUNCTIONS)
    assert verdict.ok is not False, (f, by, claim, verdict)
    assert same(sd.parse(str(claim), FUNCTIONS), claim)
