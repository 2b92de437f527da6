"""The derivatives of `symdiff`, their checks and code, on text and on expressions alike.

Wherever a function takes an expression it takes text in the notation of the language too, with declarations
as one text, a mapping of names to kinds, or keywords: `grad("x'*A*x", "x", A="matrix(n, n)")`. What is inferred of
other names is told by an AssumptionWarning; with `strict=True` an undeclared name is an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from symdiff import algebra
from symdiff.algebra.implied import simplified
from symdiff.bounds import limits
from symdiff.calculus.conditions import conditions as _conditions
from symdiff.calculus.derive import differential as _differential
from symdiff.calculus.derive import grad as _grad
from symdiff.calculus.derive import hessian as _hessian
from symdiff.calculus.derive import hvp as _hvp
from symdiff.calculus.derive import jacobian as _jacobian
from symdiff.calculus.derive import jvp as _jvp
from symdiff.calculus.derive import vjp as _vjp
from symdiff.calculus.layout import kind_in
from symdiff.calculus.layout import relayout as _relayout
from symdiff.calculus.lists import diff_each, hessian_of, with_conditions_inside
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.inputs import (
    Declarations,
    Problem,
    Text,
    as_expression,
    claimed_problem,
    derivative_problem,
    directed_problem,
    is_list,
    problem,
    problem_of_one,
    problem_under,
    scope_of,
    symbol_name,
)
from symdiff.methods import rows_of
from symdiff.syntax.calls import DIRECTIONAL

if TYPE_CHECKING:
    from symdiff.compiled import Compiled
    from symdiff.derivation import Derivation
    from symdiff.oracles import Verdict


# Derivatives


def diff(
    f: Text,
    *wrt: Any,
    declarations: Declarations = None,
    structure: str | None = None,
    layout: str | None = None,
    **keywords: Any,
) -> Expr:
    """The derivative: axes of `f`, then axes of each variable in turn. `diff(f, x, 3)` is the third by x.

    A list among the variables gives a list of the derivatives by each: `diff(f, [x, y])`, `diff(f, [x, y], z)`.
    By a structured matrix every entry moves by itself; with `structure="free"` those that are free of the others
    (of a symmetric one two at a time), with `structure="projected"` the tangent space. `layout="denominator"` puts
    the axes of the variable first, as `grad` does; `layout="numerator"` those of `f`.
    """
    variables: list[Any] = []
    for value in wrt:
        if isinstance(value, int) and not isinstance(value, bool):
            if not variables or value < 0:
                raise SymdiffError("a whole number after a variable says how often", hint="write diff(f, x, 3)")
            limits.require("order", value, f"a derivative of order {value}")
            variables[-1:] = [variables[-1]] * value
        else:
            variables.append(list(value) if is_list(value) else value)
    given = derivative_problem(f, [x for value in variables for x in (value if is_list(value) else [value])],
                     declarations, keywords)  # fmt: skip
    rest = iter(given.wrt)
    by = [tuple(next(rest) for _ in value) if is_list(value) else next(rest) for value in variables]
    turned = kind_in("diff", layout, given.exprs[0], given.wrt[:1] if len(by) == 1 else given.wrt) == "grad"
    if turned and len(by) == 1:
        return given.result(_as_given(variables[0], _grad(given.exprs[0], given.wrt, structure)))
    return given.result(diff_each(given.exprs[0], by, structure))


@overload
def grad(
    f: Text,
    wrt: Text,
    declarations: Declarations = None,
    *,
    structure: str | None = None,
    layout: str | None = None,
    **keywords: Any,
) -> Expr: ...
@overload
def grad(
    f: Text,
    wrt: Sequence[Text],
    declarations: Declarations = None,
    *,
    structure: str | None = None,
    layout: str | None = None,
    **keywords: Any,
) -> list[Expr]: ...
def grad(
    f: Text,
    wrt: Any,
    declarations: Declarations = None,
    *,
    structure: str | None = None,
    layout: str | None = None,
    **keywords: Any,
) -> Any:
    """The gradient: axes of the variable, then axes of `f`; of a scalar it has the variable's shape.

    A list of variables gives a list, from one reverse sweep. `structure` and `layout` are those of `diff`.
    """
    given = derivative_problem(f, wrt, declarations, keywords)
    return given.result(_as_given(wrt, _laid_out("grad", given, structure, layout)))


@overload
def jacobian(
    f: Text,
    wrt: Text,
    declarations: Declarations = None,
    *,
    structure: str | None = None,
    layout: str | None = None,
    **keywords: Any,
) -> Expr: ...
@overload
def jacobian(
    f: Text,
    wrt: Sequence[Text],
    declarations: Declarations = None,
    *,
    structure: str | None = None,
    layout: str | None = None,
    **keywords: Any,
) -> list[Expr]: ...
def jacobian(
    f: Text,
    wrt: Any,
    declarations: Declarations = None,
    *,
    structure: str | None = None,
    layout: str | None = None,
    **keywords: Any,
) -> Any:
    """The Jacobian: axes of `f`, then axes of the variable. A list of variables gives a list.

    `structure` and `layout` are those of `diff`.
    """
    given = derivative_problem(f, wrt, declarations, keywords)
    return given.result(_as_given(wrt, _laid_out("jacobian", given, structure, layout)))


def _laid_out(kind: str, given: Problem, structure: str | None, layout: str | None) -> list[Expr]:
    """The gradients or Jacobians of a problem, in the layout asked for."""
    kind = kind_in(kind, layout, given.exprs[0], given.wrt[:1])
    work_out = _grad if kind == "grad" else _jacobian
    return work_out(given.exprs[0], list(given.wrt), structure)


def relayout(derivative: Text, f: Text, wrt: Text, to: str, declarations: Declarations = None, **keywords: Any) -> Expr:
    """A derivative of `f` by `wrt` in the layout `to`, "numerator" or "denominator", from the other one.

    ShapeError where `derivative` has not the shape it has in the other layout.
    """
    given = problem_of_one(f, wrt, declarations, keywords, derivative)
    return given.result(_relayout(given.exprs[1], given.exprs[0], given.wrt[0], to))


@overload
def hessian(
    f: Text, wrt: Text, declarations: Declarations = None, *, structure: str | None = None, **keywords: Any
) -> Expr: ...
@overload
def hessian(
    f: Text,
    wrt: Sequence[Text],
    declarations: Declarations = None,
    *,
    structure: str | None = None,
    **keywords: Any,
) -> Any: ...
def hessian(
    f: Text, wrt: Any, declarations: Declarations = None, *, structure: str | None = None, **keywords: Any
) -> Any:
    """The second derivative of a scalar: axes of the variable twice. `structure` is that of `diff`.

    By a list of scalars the matrix; by other lists a list of lists of blocks: `hessian(f, [x, A])[0][1]` has the axes
    of x, then those of A.
    """
    given = derivative_problem(f, wrt, declarations, keywords)
    if is_list(wrt):
        return given.result(hessian_of(given.exprs[0], given.wrt, structure))
    return given.result(_hessian(given.exprs[0], given.wrt, structure)[0][0])


def differential(f: Text, *wrt: Any, declarations: Declarations = None, **keywords: Any) -> Expr:
    """The differential of `f` in `dx`, `dA` …: of all its symbols, or of those given."""
    variables = [x for value in wrt for x in (value if is_list(value) else [value])]
    given = problem([f], variables, declarations, keywords)
    return given.result(_differential(given.exprs[0], *given.wrt))


def jvp(f: Text, wrt: Any, v: Any, declarations: Declarations = None, **keywords: Any) -> Expr:
    """The Jacobian times a direction `v` of the variable's shape, without the Jacobian.

    By a list of variables with a list of directions the sum of the products.
    """
    given = directed_problem(f, wrt, v, declarations, keywords)
    return given.result(_jvp(given.exprs[0], given.wrt, given.exprs[1:]))


@overload
def vjp(f: Text, wrt: Text, v: Any, declarations: Declarations = None, **keywords: Any) -> Expr: ...
@overload
def vjp(f: Text, wrt: Sequence[Text], v: Any, declarations: Declarations = None, **keywords: Any) -> list[Expr]: ...
def vjp(f: Text, wrt: Any, v: Any, declarations: Declarations = None, **keywords: Any) -> Any:
    """A factor `v` of the shape of `f` times the Jacobian, without the Jacobian. A list of variables gives a list."""
    given = directed_problem(f, wrt, v, declarations, keywords, of_f=True)
    return given.result(_as_given(wrt, _vjp(given.exprs[0], given.wrt, given.exprs[1])))


@overload
def hvp(f: Text, wrt: Text, v: Any, declarations: Declarations = None, **keywords: Any) -> Expr: ...
@overload
def hvp(f: Text, wrt: Sequence[Text], v: Any, declarations: Declarations = None, **keywords: Any) -> list[Expr]: ...
def hvp(f: Text, wrt: Any, v: Any, declarations: Declarations = None, **keywords: Any) -> Any:
    """The Hessian times a direction `v` of the variable's shape, without the Hessian.

    By a list of variables with a list of directions a list: for each the sum of its blocks times the directions.
    """
    given = directed_problem(f, wrt, v, declarations, keywords)
    return given.result(_as_given(wrt, _hvp(given.exprs[0], given.wrt, given.exprs[1:])))


def derive(
    f: Text,
    wrt: Any,
    kind: str = "grad",
    declarations: Declarations = None,
    *,
    detail: str = "textbook",
    narrate: str | None = None,
    structure: str | None = None,
    layout: str | None = None,
    **keywords: Any,
) -> Derivation:
    """The derivation behind a derivative: `.result`, `.steps`, `.conditions`, `.text()`, `.latex()` …

    `kind` is `grad`, `diff`, `jacobian`, `hessian` or `differential`; `structure` and `layout` are those of `diff`.
    By a list of variables the result is what the function of that name gives, told for each variable in turn.
    `narrate` is the way it is told: `operators` (d/dx, Jacobians), `differentials` (dx), `traces`, `indices`; None is
    the usual one, operators by scalars, differentials by vectors, traces by matrices. `detail` is how much is told:
    `result` the last line, `textbook` one idea a line, `full` every rule, with headings.

    >>> derive("norm2(A*x - b)^2", "x", detail="result", A="matrix(m, n)")
    A: matrix(m, n);  x: vector(n);  b: vector(m);  by x
    grad(norm2(A*x - b)^2, x) = 2*A'*(A*x - b)
    """
    from symdiff.derivation import check_detail
    from symdiff.narration.derive import declared, derive_each
    from symdiff.narration.derive import derive as _derive

    check_detail(detail)
    given = derivative_problem(f, wrt, declarations, keywords)
    kind = kind_in(kind, layout, given.exprs[0], given.wrt[:1])
    given = given.worked_out()
    made = (
        derive_each(given.exprs[0], given.wrt, kind, structure, narrate, given.names.named, declared(given))
        if is_list(wrt)
        else _derive(given.exprs[0], given.wrt[0], kind, structure, (), narrate, given.names.named, declared(given))
    )
    made = made._replace(detail=detail).put_in(given.replaced)
    whole = with_conditions_inside(made.conditions, given.derived)
    result = given.shown(made.result)
    return made._replace(result=result, assumptions=given.assumptions, conditions=given.not_given(whole))


def conditions(
    f: Text, wrt: Any = (), order: int = 1, declarations: Declarations = None, **keywords: Any
) -> tuple[algebra.Condition, ...]:
    """Under which `f` has its derivative by a variable, or by each of a list, and the form that is given has a value.

    `order` is that of the derivative. Without a variable they are those under which `f` has a value, and the
    derivatives that a text works out inside it. `str(condition)` is a text: `x > 0`, `A is invertible`.

    >>> conditions("log(x)*abs(y)", ["x", "y"])
    (x > 0, y != 0)
    """
    if not isinstance(order, int) or order < 1:
        raise SymdiffError(f"an order is a whole number from 1, not {str(order)[:40]!r}", hint="write declarations=…")
    given = problem_under([f], list(wrt) if is_list(wrt) else [wrt], declarations, keywords)
    shown = [diff_each(given.exprs[0], [x] * order) for x in given.wrt]
    own = simplified(c.of(given.put_in) for c in _conditions(given.exprs[0], given.wrt, order, shown))
    return given.not_given(with_conditions_inside(own, given.derived))


def kronecker(j: Text, rows: int | None = None, declarations: Declarations = None, **keywords: Any) -> Expr:
    """A derivative with the axes of F, then of X, as the matrix ∂vec(F)/∂vec(X)', vec by columns.

    The first `rows` axes are those of F: two of four and one of two, if nothing is said. What the derivative is made
    of stays apart: Kronecker products, commutation matrices, diagonals. `from_kronecker` is the way back.
    """
    (e,) = problem([j], (), declarations, keywords).exprs
    return algebra.kronecker(e, rows_of(e, rows))


def from_kronecker(k: Text, f: Text, wrt: Text, declarations: Declarations = None, **keywords: Any) -> Expr:
    """The derivative of `f` by `wrt`, with the axes of `f`, then of `wrt`, from its matrix ∂vec(F)/∂vec(X)'.

    ShapeError for a matrix of another shape.
    """
    given = problem_of_one(f, wrt, declarations, keywords, k)
    return given.result(algebra.from_kronecker(given.exprs[1], given.exprs[0].shape, given.wrt[0].shape))


def identify(differential: Text, wrt: Any, declarations: Declarations = None, **keywords: Any) -> Any:
    """The derivative that a differential states: `identify("tr(A*dX)", "X")` is `A'`. The way back from `differential`.

    Axes of F, then those of the variable; of a scalar the gradient. Terms in the differentials of other variables are
    left aside. SymdiffError where the differential is not linear in dX.
    """
    from symdiff.calculus.identify import identify

    given = derivative_problem(differential, wrt, declarations, keywords)
    return given.result(_as_given(wrt, [identify(given.exprs[0], x) for x in given.wrt]))


def _as_given(wrt: Any, results: list[Expr]) -> Any:
    return results if is_list(wrt) else results[0]


# Checks and code


def check(
    f: Text,
    wrt: Any,
    result: Any = None,
    kind: str = "grad",
    declarations: Declarations = None,
    *,
    v: Any = None,
    structure: str | None = None,
    **keywords: Any,
) -> Verdict:
    """Whether `result` is the derivative of `f`, by three oracles; left out, the one symdiff finds.

    `kind` is `grad`, `diff`, `jacobian`, `hessian`, `div`, `curl`, `laplacian`, or with `v` (a direction, or for `vjp`
    the factor in front) `jvp`, `vjp`, `hvp`. `structure` is that of `diff`: the oracles then move the variable within
    its structure. A list of variables takes a list of results where there is one for each, of a Hessian one of rows;
    of scalars also the one array of all. UnknownNameError for a name of the result that occurs neither in `f` nor in
    the declarations. `.mistake` of a wrong one says in words what was done wrong, where it is recognised.

    >>> check("x*y^2", ["x", "y"], ["y^2", "2*x*y"]).ok
    True
    >>> check("x'*A*x", "x", "2*A*v", "hvp", "A: symmetric(n)", v="v").ok
    True
    """
    from symdiff.oracles import check_each

    if (v is not None) != (kind in DIRECTIONAL):
        hint = f"write check(f, x, result, {kind!r}, v=…)" if v is None else f"`v` goes with {', '.join(DIRECTIONAL)}"
        raise SymdiffError(f"a {kind} is {'in a' if v is None else 'in no'} direction", hint=hint)
    claims = [] if result is None else _flat(result) if is_list(wrt) else [result]
    given = claimed_problem(f, wrt, claims, declarations, keywords, v, kind == "vjp")
    e, *rest = given.exprs
    directions, results = rest[: len(rest) - len(claims)], rest[len(rest) - len(claims) :]
    verdict = check_each(e, given.wrt, results, kind, structure, directions, given.given)
    if verdict.ok is not False or len(results) != 1 or structure or given.wrt[0].op != "symbol" or given.given:
        return verdict
    from symdiff.verification.claims import explained

    return explained(verdict, e, given.wrt[0], kind, results[0], result)


def _flat(results: Any) -> list[Any]:
    """A result, a list of results, or one of rows of results, in their order."""
    return [part for one in results for part in _flat(one)] if is_list(results) else [results]


def compile(
    e: Text | Sequence[Text],
    args: Sequence[Text] | None = None,
    backend: str = "numpy",
    declarations: Declarations = None,
    *,
    batch: bool | Text | Sequence[Text] | None = None,
    **keywords: Any,
) -> Compiled:
    """A function of arrays: positional in the order of `.args`, or by name. `.source` is the code that runs.

    A list of expressions gives one function with a tuple of values; shared work is done once. `args` may name arguments
    that do not occur; by name they may be left out of `args` and given all the same. Where every input is a scalar,
    arrays broadcast as in NumPy. `batch` names arguments (`True`: all) that have one axis more, in front: the function
    is mapped over it, and so has each value. `.source` needs NumPy alone.

    >>> compile("x'*y", batch="x")(x=[[1, 2], [3, 4], [5, 6]], y=[1, 1])
    array([ 3.,  7., 11.])
    """
    from symdiff.compiled import compile

    several = isinstance(e, (list, tuple))
    given = problem(list(e) if isinstance(e, (list, tuple)) else [e], (), declarations, keywords).worked_out()
    exprs = [given.shown(one) for one in given.exprs]
    if args is not None and not isinstance(args, (list, tuple)):
        raise SymdiffError("args are a list of names or symbols")
    declared = scope_of(declarations, keywords).symbols
    absent = {name: declared[name] for name in declared.keys() - {x.attr.name for x in algebra.symbols_of(*exprs)}}
    order = None if args is None else [_argument(arg, absent) for arg in args]
    over: bool | list[str | Expr] = bool(batch)
    if batch is not None and not isinstance(batch, bool):
        names = batch if isinstance(batch, (list, tuple, set, frozenset)) else [batch]
        over = [_argument(arg, absent) for arg in names]
    return compile(exprs if several else exprs[0], order, backend, over)


def _argument(arg: Any, absent: Mapping[str, Expr]) -> str | Expr:
    """An argument of code: the symbol, or where it occurs its name."""
    if not isinstance(arg, str):
        return as_expression(arg)
    name = symbol_name(arg)
    return absent.get(name, name)
