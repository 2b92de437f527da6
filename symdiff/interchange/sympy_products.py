"""Products, parts and functions of matrices in SymPy; of an einsum the form in which it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from symdiff import algebra
from symdiff.algebra import Slice
from symdiff.expr import Expr
from symdiff.interchange import sympy_names
from symdiff.notation import to_tree
from symdiff.syntax.tree import Tree


class _Part(NamedTuple):
    """A scalar, a column, a row or a matrix."""

    kind: str
    value: Any


class _NoForm(Exception):
    """What is written with named axes, or broadcasts."""


_PRODUCTS = {"rc": "scalar", "cr": "m", "mc": "c", "rm": "r", "mm": "m"}


def formed(e: Expr, args: Sequence[Any]) -> Any:
    """An einsum of matrices as one product; None where it has no such form."""
    coefficient = algebra.symbol("c")
    holes = [algebra.symbol(f"z{k}", arg.shape) for k, arg in enumerate(e.args[1:])]
    tree = to_tree(algebra.einsum(coefficient, holes, e.attr[:-1], e.attr[-1]))
    given = {
        f"z{k}": _Part("cm"[arg.rank - 1], made) for k, (arg, made) in enumerate(zip(e.args[1:], args[1:], strict=True))
    }
    try:
        kind, value = _part(tree, {"c": _Part("scalar", args[0]), **given})
    except _NoForm:
        return None
    return sympy_names.transposed(value) if kind == "r" else value


def _part(tree: Tree, given: Mapping[str, _Part]) -> _Part:
    if tree.kind == "name":
        return given[tree.value]
    if tree.kind == "product":
        return _product([_part(child, given) for child in tree.children])
    if tree.kind == "transpose":
        kind, value = _part(tree.children[0], given)
        return _Part({"c": "r", "r": "c"}.get(kind, kind), value if kind == "scalar" else sympy_names.transposed(value))
    if tree.kind == "hadamard":
        return _hadamard([_part(child, given) for child in tree.children])
    if tree.kind == "call" and len(tree.children) == 1:
        name, keywords = tree.value
        return _called(name, dict(keywords), _part(tree.children[0], given))
    raise _NoForm


def _product(parts: Sequence[_Part]) -> _Part:
    import sympy

    scalars = [value for kind, value in parts if kind == "scalar"]
    arrays = [part for part in parts if part.kind != "scalar"]
    while len(arrays) > 1:
        run = [arrays[0]]
        kind = run[0].kind
        for part in arrays[1:]:
            made = _PRODUCTS.get(kind + part.kind)
            if made is None:
                raise _NoForm
            run.append(part)
            kind = made
            if kind == "scalar":
                break
        value = sympy_names.product(*(part.value for part in run))
        arrays = arrays[len(run) :]
        if kind == "scalar":
            scalars.append(sympy_names.element(value, 0, 0))
        else:
            arrays.insert(0, _Part(kind, value))
    coefficient = sympy.Mul(*scalars)
    if not arrays:
        return _Part("scalar", coefficient)
    return _Part(arrays[0].kind, sympy_names.product(coefficient, arrays[0].value))


def _hadamard(parts: Sequence[_Part]) -> _Part:
    import sympy

    scalars = [value for kind, value in parts if kind == "scalar"]
    arrays = [part for part in parts if part.kind != "scalar"]
    if len({part.kind for part in arrays}) != 1 or len({part.value.shape for part in arrays}) != 1:
        raise _NoForm
    values = [part.value for part in arrays]
    made = values[0] if len(values) == 1 else sympy.HadamardProduct(*values).doit(deep=False)
    return _Part(arrays[0].kind, sympy_names.product(*scalars, made))


def _called(name: str, keywords: Mapping[str, Any], part: _Part) -> _Part:
    import sympy

    kind, value = part
    rows, columns = value.shape if kind != "scalar" else (1, 1)
    if name == "tr" and kind == "m":
        return _Part("scalar", sympy.Trace(value))
    if name == "diag" and kind == "c" and isinstance(value, sympy.MatrixBase):
        return _Part("m", sympy.ImmutableDenseMatrix(sympy.diag(*value.flat())))
    if name == "diag" and kind == "m" and isinstance(value, sympy.MatrixBase):
        return _Part("c", sympy.ImmutableDenseMatrix(value.diagonal().T))
    if name == "diag" and kind in ("c", "m"):
        return _Part("m", sympy.DiagMatrix(value)) if kind == "c" else _Part("c", sympy.DiagonalOf(value))
    if name == "sum" and kind in ("c", "m") and not keywords:
        if isinstance(value, sympy.MatrixBase):
            return _Part("scalar", sympy.Add(*value.flat()))
        inside = sympy_names.without_inner_cases
        i, j = sympy.symbols("i j", integer=True, nonnegative=True, cls=sympy.Dummy)
        if kind == "c":
            return _Part("scalar", sympy.Sum(inside(sympy_names.element(value, i, 0)), (i, 0, rows - 1)))
        return _Part(
            "scalar", sympy.Sum(inside(sympy_names.element(value, i, j)), (i, 0, rows - 1), (j, 0, columns - 1))
        )
    axis = keywords.get("axis")
    place = axis.value if isinstance(axis, Tree) else axis
    if name == "sum" and kind == "m" and keywords.keys() == {"axis"} and place in (0, 1):
        ones = sympy.OneMatrix(columns if place else rows, 1)
        return _Part("c", sympy_names.product(value if place else sympy_names.transposed(value), ones))
    raise _NoForm


def sliced(e: Expr, made: Any) -> Any:
    """Rows, columns and blocks of a matrix of symbols; None for entries, and for what SymPy's slices don't do."""
    import sympy

    if isinstance(made, sympy.MatrixBase) or not e.shape or any(
        isinstance(item, Slice) and item.step < 0 for item in e.attr):  # fmt: skip
        return None
    ends = []
    for item in e.attr:
        bounds = item if isinstance(item, Slice) else (item, item + 1, 1)
        ends.append(tuple(map(sympy_names.size, bounds)))
    if e.args[0].rank == 1:
        ends.append((0, 1, 1))
    found = sympy.matrices.expressions.slice.MatrixSlice(made, *ends)
    is_row = e.rank == 1 and isinstance(e.attr[-1], Slice) and e.args[0].rank == 2
    return sympy_names.transposed(found) if is_row else found


def _inverse(matrix: Any) -> Any:
    import sympy

    return sympy.Inverse(matrix)


def _determinant(matrix: Any) -> Any:
    import sympy

    return sympy.Determinant(matrix)


def _power(matrix: Any, exponent: Any) -> Any:
    import sympy

    return sympy.MatPow(matrix, exponent)


CALLS: dict[str, Callable[..., Any]] = {
    "inv": _inverse,
    "det": _determinant,
    "matpow": _power,
    "solve": lambda matrix, right: sympy_names.product(_inverse(matrix), right),
}
