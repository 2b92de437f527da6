r"""LaTeX never reads as something else: every function of the books, and every other form, in every context.

The structure of what is written for `f(a)` must stand as a whole in the structure of what is written for `f(a)²`,
`x f(a)`, `f(a)ᵀ` and so on, as `latex_reader` reads them.
"""

from __future__ import annotations

import pytest
from forms import CONTEXTS, FORMS, name
from latex_reader import replaced, structure

from symdiff import show

COMMUTING = {  # (dA)' is d(A'), and a common exponent is as clear
    ("differential", "transposed"), ("differential", "conjugate"), ("differential", "an entry"),
    ("inv/1", "transposed"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_form_stands_as_a_whole_in_every_context(form: str) -> None:
    part = FORMS[form]
    inside = structure(show.latex(part))
    wrong = []
    for context, wrap in CONTEXTS.items():
        if (form, context) in COMMUTING:
            continue
        written = show.latex(wrap(part))
        expected = replaced(structure(show.latex(wrap(name("z")))), "z", inside)
        if structure(written) != expected:
            wrong.append(f"{context}: {written}")
    assert not wrong, "\n".join(wrong)


def test_the_reader_sees_what_is_written_wrong() -> None:
    for right, wrong in [
        (r"\left(\log\left|a\right|\right)^{2}", r"\log\left|a\right|^{2}"),
        (r"G \left(p \times q\right)", r"G p \times q"),
        (r"\left(\log x\right) y", r"\log x y"),
        (r"\left(A^{k}\right)^{\top} b", r"A^{k} b^{\top}"),
        (r"\left(a + b\right) c", r"a + b c"),
    ]:
        assert structure(right) != structure(wrong)
