"""Making expressions, and other forms of them: the functions of `symdiff` that take no derivative."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from numbers import Number
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from symdiff import algebra
from symdiff.dims import Size, show_shape
from symdiff.errors import ShapeError, SymdiffError
from symdiff.expr import Expr
from symdiff.inputs import (
    Declarations,
    Text,
    as_expression,
    declared,
    lengths,
    problem,
    problem_under,
    scope_of,
    symbol_name,
)
from symdiff.operators import equation

Length = int | str | Size


if TYPE_CHECKING:
    from symdiff.derivation import Derivation

    class Declared(Expr):
        """What a text declares, for type checkers, which can't read it: an expression, several, or a function."""

        def __call__(self, *args: Any, **keywords: Any) -> Any: ...
        def __iter__(self) -> Iterator[Declared]: ...


def declare(text: str) -> Declared:
    """The symbols that declarations make: one, or a tuple in their order.

    >>> x, A = declare("x: vector(n); A: matrix(n, n)")
    """
    made = tuple(declared(text))
    if not made:
        raise SymdiffError("nothing is declared", hint="write `x: vector(n); A: matrix(m, n)`")
    return cast("Declared", made[0] if len(made) == 1 else made)


def scalar(name: str, *properties: str) -> Expr:
    """A scalar symbol: `scalar("t", "positive")`.

    >>> scalar("t", "positive")
    t
    """
    return _symbol(name, (), properties)


def vector(name: str, length: Length, *properties: str) -> Expr:
    """A vector symbol: `vector("x", "n")`, `vector("z", 3, "positive")`.

    >>> vector("x", "n").shape
    (n,)
    """
    return _symbol(name, [length], properties)


def matrix(name: str, rows: Length, columns: Length, *properties: str) -> Expr:
    """A matrix symbol: `matrix("A", "m", "n")`, `matrix("S", "n", "n", "symmetric")`.

    >>> matrix("S", "n", "n", "symmetric").T
    S
    """
    return _symbol(name, [rows, columns], properties)


def tensor(name: str, *shape: Length, properties: Sequence[str] = ()) -> Expr:
    """A symbol with any number of axes: `tensor("T", 2, 5, "n")`.

    >>> tensor("T", 2, 5, "n").sum(axis=1).shape
    (2, n)
    """
    return _symbol(name, shape, properties)


def _symbol(name: str, shape: Sequence[Length], properties: Sequence[str]) -> Expr:
    if not all(isinstance(word, str) for word in properties):
        raise SymdiffError("properties are words such as 'positive'")
    return algebra.symbol(symbol_name(name), lengths(shape), properties)


def parse(text: str, /, declarations: Declarations = None, **keywords: Any) -> Expr:
    """The expression a text means; names that are not declared are inferred from their use.

    Parts that the text defines (`S := A*A' + R; …`) keep their names in what is made of it, unless `named=False`.
    Raises ParseError, ShapeError, UnknownNameError, NotSupported, each with the place in the text.

    >>> parse("x' A x + 2 b'x").assumptions
    ('A: matrix(n, n)', 'b: vector(n)', 'x: vector(n)')
    """
    given = problem([text], (), declarations, keywords)
    return (given.worked_out() if given.derived else given).shown(given.exprs[0])


def detach(value: Any) -> Any:
    """The value of an expression, or of a value in a traced function, with derivative zero.

    A number or an array is itself, so a function may be run as it is, too.

    >>> x = vector("x", "n")
    >>> sd.grad(detach(x) @ x, x)
    detach(x)
    """
    detached = getattr(value, "detached", None)
    if detached is not None:
        return detached()
    if hasattr(value, "dtype") or (isinstance(value, Number) and not isinstance(value, Expr)):
        return value
    return algebra.stop(as_expression(value))


def eq(first: object, second: object) -> Any:
    """The comparison `first == second`, element by element; Python's own `==` is identity.

    >>> sd.parse("where(t > 0, t, 0)").args[0], eq(scalar("t"), 3)
    (t > 0, t == 3)
    """
    return equation(first, second)


def substitute(e: Text, replacements: Mapping[Any, Any], declarations: Declarations = None, **keywords: Any) -> Expr:
    """`e` with symbols or other subexpressions replaced: `substitute(f, {x: y, "t": 3, "A*x": "b"})`.

    Texts are read with the names of `e`; a new name alone has the shape of what it replaces. ShapeError where a
    replacement has another shape than that, SymdiffError where it is not known to have the properties that a symbol
    was declared with: `S'` is `S` for a symmetric S alone.

    >>> substitute("norm2(A*x - b)^2", {"b": "A*y"}, A="matrix(m, n)")
    norm2(A*x - A*y)^2
    """
    first = problem([e, *replacements], (), declarations, keywords)
    given = first.exprs
    known = {s.attr.name for s in algebra.symbols_of(*given)} | scope_of(declarations, keywords).symbols.keys()
    values = [
        algebra.symbol(symbol_name(new), old.shape) if _is_new_name(new, known) else new
        for old, new in zip(given[1:], replacements.values(), strict=True)
    ]
    whole, *read = problem([*given, *values], (), declarations, keywords).exprs
    names = {s.attr.name: s for s in algebra.symbols_of(whole)}
    pairs: dict[Expr, Expr] = {}
    for old, new in zip(read[: len(values)], read[len(values) :], strict=True):
        if old.op == "symbol" and old.attr.name not in names:
            continue
        if old.shape != new.shape:
            raise ShapeError(f"a {show_shape(new.shape)} cannot stand for `{old}`, which is a {show_shape(old.shape)}")
        missing = algebra.lacks(new, old) if old.op == "symbol" else None
        if missing is not None and old in names.values():
            less = "as complex" if missing == "real" else f"without `{missing}`"
            raise SymdiffError(
                f"`{new}` is not known to be {missing}, as `{old}` is declared to be",
                hint=f"declare `{old}` {less}, or what stands in `{new}` so that it follows",
            )
        pairs[old] = new
    return first._replace(exprs=(whole,)).by(lambda part: algebra.substitute(part, pairs))


def _is_new_name(value: object, known: Container[str]) -> bool:
    """Whether a text is a name alone that nothing has yet, so that it may be of any shape."""
    return isinstance(value, str) and value.isidentifier() and symbol_name(value) not in known


@overload
def simplify(
    e: Text,
    declarations: Declarations = None,
    *,
    rules: Any = (),
    cost: Callable[[Expr], float] | None = None,
    steps: Literal[False] = False,
    **keywords: Any,
) -> Expr: ...
@overload
def simplify(
    e: Text,
    declarations: Declarations = None,
    *,
    rules: Any = (),
    cost: Callable[[Expr], float] | None = None,
    steps: Literal[True],
    **keywords: Any,
) -> Derivation: ...
def simplify(
    e: Text,
    declarations: Declarations = None,
    *,
    rules: Any = (),
    cost: Callable[[Expr], float] | None = None,
    steps: bool = False,
    **keywords: Any,
) -> Any:
    """An equal expression that is shorter, by normal forms and the rules of the books.

    `rules` of a user's own are tried too (a text, a rule, a book, a list of them), where they make nothing longer;
    `cost` says what counts as short, `ops` where it is left out; `given="x > 0"` what may be used. `steps=True` gives
    the derivation, with the rules that were used.

    >>> simplify("(x^2 - 1)/(x - 1)*(sin(t)^2 + cos(t)^2)"), simplify("log(exp(t)*p)", given="p > 0")
    (x + 1, log(p) + t)
    """
    given = problem_under([e], (), declarations, keywords)
    if not rules and cost is None and not steps:
        from symdiff.rewriting import simplify

        return given.result(simplify(given.exprs[0]))
    from symdiff.rulebook import simplified

    told = simplified(given.exprs[0], rules, cost)
    told = told._replace(assumptions=given.assumptions).put_in(given.replaced)
    return told if steps else given.worked_out().shown(told.result)


def same(a: Text, b: Text, declarations: Declarations = None, **keywords: Any) -> bool:
    """Whether two expressions are one, up to the order of factors and terms, nesting and names of indices.

    No numbers are tried, and no rules: `equal` does that.

    >>> same("a*b + c", "c + b*a"), same("(a + b)^2", "a^2 + 2*a*b + b^2")
    (True, False)
    """
    return algebra.same(*problem([a, b], (), declarations, keywords).exprs)


def expand(e: Text, declarations: Declarations = None, **keywords: Any) -> Expr:
    """Products and whole powers of sums multiplied out, in arguments of functions too; what divides stays factored.

    LimitError where that makes more terms than are worked out.

    >>> expand("(x + 1)^2*sin((a + b)*c)")
    x^2*sin(a*c + b*c) + 2*x*sin(a*c + b*c) + sin(a*c + b*c)
    """
    from symdiff.rewriting.rational.rearranged import expanded

    return problem([e], (), declarations, keywords).by(expanded)


def factor(e: Text, declarations: Declarations = None, **keywords: Any) -> Expr:
    """A scalar as a product of irreducible factors over the whole numbers, cancelled; of arrays what terms share.

    LimitError where that takes more terms than are worked out.

    >>> factor("(x^3 - x)/(2*x + 2)")
    x*(x - 1)/2
    """
    from symdiff.rewriting.rational.rearranged import factored_form

    return problem([e], (), declarations, keywords).by(factored_form)


def collect(e: Text, x: Text, declarations: Declarations = None, **keywords: Any) -> Expr:
    """A scalar as a sum of powers of `x`, a name or a function, with their coefficients.

    SymdiffError where `x` is neither, LimitError where there are too many terms.

    >>> collect("a*x^2 + b*x^2 - x*c + x", "x")
    (a + b)*x^2 + (1 - c)*x
    """
    from symdiff.rewriting.rational.rearranged import collected_by

    given = problem([e, x], (), declarations, keywords)
    return given.by(lambda part: collected_by(part, given.exprs[1]))


def ops(e: Text, declarations: Declarations = None, **keywords: Any) -> int:
    """The operations of the printed form.

    One for each `+ - * / ^`, function, transpose, inverse; none for names, numbers, brackets, a leading sign.
    A named part counts once, where it is defined.

    >>> ops("2*A'*(A*x - b)")
    5
    """
    from symdiff.notation import ops

    given = problem([e], (), declarations, keywords)
    return ops(given.shown(given.exprs[0]))
