"""The derivatives of `symdiff`, on text and on expressions alike.

Wherever a function takes an expression it takes text in the notation of the language too, with declarations
as one text, a mapping of names to kinds, or keywords: `grad("x'*A*x", "x", A="matrix(n, n)")`. What is inferred of
other names is told by an AssumptionWarning; with `strict=True` an undeclared name is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    derivative_problem,
    directed_problem,
    is_list,
    problem,
    problem_of_one,
    problem_under,
)
from symdiff.methods import rows_of

if TYPE_CHECKING:
    from symdiff.derivation import Derivation


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

    >>> diff("t^2*sin(t)", "t"), diff("exp(2*t)", "t", 3), diff("A*x", "x")
    (2*t*sin(t) + t^2*cos(t), 8*exp(2*t), A)
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

    >>> grad("x'*A*x", "x"), grad("norm2(A*x - b)^2", ["x", "b"], A="matrix(m, n)")
    ((A + A')*x, [2*A'*(A*x - b), -2*(A*x - b)])
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

    >>> jacobian("softmax(x)", "x"), jacobian("[r*cos(t), r*sin(t)]", ["r", "t"])
    (diag(softmax(x)) - softmax(x)*softmax(x)', [[cos(t), sin(t)], [-r*sin(t), r*cos(t)]])
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

    >>> relayout("A", "A*x", "x", "denominator")
    A'
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

    >>> hessian("norm2(A*x - b)^2", "x", A="matrix(m, n)"), hessian("x^2*y", ["x", "y"], "x, y: scalar")
    (2*A'*A, [2*y, 2*x; 2*x, 0])
    """
    given = derivative_problem(f, wrt, declarations, keywords)
    if is_list(wrt):
        return given.result(hessian_of(given.exprs[0], given.wrt, structure))
    return given.result(_hessian(given.exprs[0], given.wrt, structure)[0][0])


def differential(f: Text, *wrt: Any, declarations: Declarations = None, **keywords: Any) -> Expr:
    """The differential of `f` in `dx`, `dA` …: of all its symbols, or of those given.

    >>> differential("tr(A*inv(X))", "X")
    -tr(A*inv(X)*dX*inv(X))
    """
    variables = [x for value in wrt for x in (value if is_list(value) else [value])]
    given = problem([f], variables, declarations, keywords)
    return given.result(_differential(given.exprs[0], *given.wrt))


def jvp(f: Text, wrt: Any, v: Any, declarations: Declarations = None, **keywords: Any) -> Expr:
    """The Jacobian times a direction `v` of the variable's shape, without the Jacobian.

    By a list of variables with a list of directions the sum of the products.

    >>> jvp("A*exp(x)", "x", "v")
    A*(exp(x).*v)
    """
    given = directed_problem(f, wrt, v, declarations, keywords)
    return given.result(_jvp(given.exprs[0], given.wrt, given.exprs[1:]))


@overload
def vjp(f: Text, wrt: Text, v: Any, declarations: Declarations = None, **keywords: Any) -> Expr: ...
@overload
def vjp(f: Text, wrt: Sequence[Text], v: Any, declarations: Declarations = None, **keywords: Any) -> list[Expr]: ...
def vjp(f: Text, wrt: Any, v: Any, declarations: Declarations = None, **keywords: Any) -> Any:
    """A factor `v` of the shape of `f` times the Jacobian, without the Jacobian. A list of variables gives a list.

    >>> vjp("A*exp(x)", "x", "v")
    exp(x).*(A'*v)
    """
    given = directed_problem(f, wrt, v, declarations, keywords, of_f=True)
    return given.result(_as_given(wrt, _vjp(given.exprs[0], given.wrt, given.exprs[1])))


@overload
def hvp(f: Text, wrt: Text, v: Any, declarations: Declarations = None, **keywords: Any) -> Expr: ...
@overload
def hvp(f: Text, wrt: Sequence[Text], v: Any, declarations: Declarations = None, **keywords: Any) -> list[Expr]: ...
def hvp(f: Text, wrt: Any, v: Any, declarations: Declarations = None, **keywords: Any) -> Any:
    """The Hessian times a direction `v` of the variable's shape, without the Hessian.

    By a list of variables with a list of directions a list: for each the sum of its blocks times the directions.

    >>> hvp("sum(exp(A*x))", "x", "v")
    A'*(exp(A*x).*(A*v))
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
    the usual one, operators by scalars, differentials by vectors, traces by matrices, indices by matrices that are
    summed along an axis. `detail` is how much is told: `result` the last line, `textbook` one idea a line, `full` every
    rule, with headings.

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

    >>> kronecker(jacobian("A*X*B", "X"))
    kron(B', A)
    """
    (e,) = problem([j], (), declarations, keywords).exprs
    return algebra.kronecker(e, rows_of(e, rows))


def from_kronecker(k: Text, f: Text, wrt: Text, declarations: Declarations = None, **keywords: Any) -> Expr:
    """The derivative of `f` by `wrt`, with the axes of `f`, then of `wrt`, from its matrix ∂vec(F)/∂vec(X)'.

    ShapeError for a matrix of another shape.

    >>> from_kronecker("kron(B', A)", "A*X*B", "X")
    einsum("lj,ik->ijkl", B, A)
    """
    given = problem_of_one(f, wrt, declarations, keywords, k)
    return given.result(algebra.from_kronecker(given.exprs[1], given.exprs[0].shape, given.wrt[0].shape))


def identify(differential: Text, wrt: Any, declarations: Declarations = None, **keywords: Any) -> Any:
    """The derivative that a differential states: `identify("tr(A*dX)", "X")` is `A'`. The way back from `differential`.

    Axes of F, then those of the variable; of a scalar the gradient. Terms in the differentials of other variables are
    left aside. SymdiffError where the differential is not linear in dX.

    >>> identify("tr(A*dX*B)", "X")
    A'*B'
    """
    from symdiff.calculus.identify import identify

    given = derivative_problem(differential, wrt, declarations, keywords)
    return given.result(_as_given(wrt, [identify(given.exprs[0], x) for x in given.wrt]))


def _as_given(wrt: Any, results: list[Expr]) -> Any:
    return results if is_list(wrt) else results[0]
