"""`sd.equal`: is a = b? `sd.solve`: for which x is it? `sd.limit`: what is approached? Of texts and expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from symdiff import algebra, dims
from symdiff.book.library import library
from symdiff.errors import ParseError, SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.inputs import Declarations, Problem, Text, problem, scope_of, tell
from symdiff.stated import comparisons, conditions_of
from symdiff.syntax.declarations import split_declarations, split_definition, split_where
from symdiff.syntax.names import NAME, canonical, is_letter

if TYPE_CHECKING:
    from symdiff.oracles import Verdict
    from symdiff.solving.limits import Limit

_CALLED = re.compile(rf"(?<![\w])({NAME})'*\s*\(")
_ALONE = re.compile(rf"(?<![\w]){NAME}(?!\s*[('\w])")


def equal(
    a: Text,
    b: Any = None,
    given: Any = (),
    declarations: Declarations = None,
    **keywords: Any,
) -> Verdict:
    """Whether two expressions of one shape agree: `.ok` True, False with a point, None where that is undecided.

    True: they agree wherever either has a value, but for the points and surfaces that `.conditions` leave out. False:
    `.counterexample` is a point with both values. `.holds_if` says when an equation holds that does not always:
    `log(a*b) = log(a) + log(b)` if a > 0 and b > 0, where elsewhere one side has no value (`.ok` is None), or
    A symmetric, n = 1, where a declared word would make a wrong one right. `given` is what may be used: comparisons,
    or words (`"x > 0"`, `"A is symmetric"`, `"n == 1"`), one or a list. One text may be the equation: `equal("a = b")`.
    Undeclared names that are called are functions of which nothing is known. A 0 beside an array is an array of zeros;
    ShapeError names other shapes that differ.

    >>> equal("sin(2*x)", "2*sin(x)*cos(x)").ok
    True
    >>> equal("(A*B)' = A'*B'", A="matrix(n, n)", B="matrix(n, n)").ok
    False
    """
    left, right = (a, b) if b is not None else sides_of(a)
    return decided(problem, left, right, given, declarations, keywords)[0]


def solve(
    equations: Any,
    unknowns: Any = (),
    declarations: Declarations = None,
    *,
    between: tuple[Any, Any] | None = None,
    **keywords: Any,
) -> Expr:
    """The solutions of an equation, as a vector in ascending order; of a list of equations a vector in the order of
    the unknowns, several solutions as rows.

    An equation is a text `"x^2 = 4"` or a comparison `eq(x**2, 4)`. Roots of equations that no formula solves are
    sought `between` two numbers, -10 and 10. What is to be known of the solutions (where they are solutions, which
    range was searched) is told by an AssumptionWarning. NoSolution where there are none, SymdiffError where every
    value is one.

    >>> solve("x^2 - x = 1", "x")
    [(1 - sqrt(5))/2, (1 + sqrt(5))/2]
    >>> solve(["x + y = 3", "x - y = 1"], ["x", "y"])
    [2, 1]
    """
    from symdiff.show import condition_text
    from symdiff.solving.asked import solve as solutions

    several = equations if isinstance(equations, (list, tuple)) else [equations]
    names = list(unknowns) if isinstance(unknowns, (list, tuple)) else [unknowns]
    sides = [side for one in several for side in _both_sides(one)]
    read = problem([*sides, *names, *(between or ())], (), declarations, keywords).exprs
    count = len(sides)
    pairs = tuple(zip(read[:count:2], read[1:count:2], strict=True))
    found = solutions(pairs, read[count : count + len(names)], read[count + len(names) :])
    where = ", ".join(map(condition_text, found.conditions))
    if said := "; ".join([*([f"where {where}"] if where else []), *found.notes]):
        tell(said)
    return found.result


def limit(f: Text, x: Text, point: Any, declarations: Declarations = None, **keywords: Any) -> Limit:
    """What `f` approaches as the name `x` goes to a point, with a table of values on the way: `.value`, `.rows`.

    NoValue where nothing is approached, NotSupported where none is found.

    >>> print(limit("(f(1 + h) - f(1))/h where f(x) = 3x^2 - 4x", "h", 0))
    h       | (3*(1 + h)^2 - 4*(1 + h) + 1)/h
    0.1     | 2.3
    0.01    | 2.03
    0.001   | 2.003
    0.0001  | 2.0003
    0.00001 | 2.00003
    h -> 0: 2
    """
    from symdiff.solving.limits import limit as found

    f, x, at = problem([f, x, point], (), declarations, keywords).exprs
    return found(f, x, at)


def _both_sides(equation: object) -> tuple[Any, Any]:
    """The sides of `a = b`, or of a comparison of expressions."""
    if isinstance(equation, Expr) and equation.op == "compare" and equation.attr == "==":
        return equation.args[0], equation.args[1]
    if not isinstance(equation, str):
        raise SymdiffError("an equation has two sides", hint='write "x^2 = 4", or eq(x**2, 4)')
    return sides_of(equation, "write `= 0` behind it if that is meant")


def decided(
    read: Callable[..., Problem], left: Text, right: Any, given: Any, declarations: Declarations,
    keywords: Mapping[str, Any],
) -> tuple[Verdict, Problem]:  # fmt: skip
    """The verdict on two sides that `read` makes a problem of, and the problem."""
    from symdiff import equality

    declarations = _with_functions([left, right], declarations, keywords)
    whole: Problem = read([left, right, *comparisons(given)], (), declarations, keywords)
    known = {s.attr.name: s for s in algebra.symbols_of(*whole.exprs)}
    sizes = {name for node in postorder(*whole.exprs) for dim in node.shape for name in dims.names(dim)}
    known |= {name: algebra.dimension(name) for name in sizes}
    conditions = conditions_of(given, whole.exprs[2:], known)
    return equality.equal(whole.exprs[0], whole.exprs[1], conditions), whole


def sides_of(text: object, mend: str = "write equal(a, b)") -> tuple[str, str]:
    """The texts of both sides of `a = b` or `a == b`; what stands before it and `where …` behind it belong to both."""
    if not isinstance(text, str):
        raise SymdiffError("an equation has two sides", hint=mend)
    start, definition = 0, None
    while True:
        _, start = split_declarations(text, start)
        definition = split_definition(text, start)
        if definition is None:
            break
        start = definition[1]
    end, _ = split_where(text, (start, len(text)))
    signs = [k for k in _outside(text, start, end) if text[k] == "="]
    if len(signs) != 1:
        raise ParseError("an equation is `left = right`", text=text, span=(start, end), hint=mend)
    return text[: signs[0]] + text[end:], text[signs[0] :].removeprefix("=").removeprefix("=")


def _outside(text: str, start: int, end: int) -> Iterator[int]:
    """The places outside brackets that are no part of `<=` and the like; of `==` the first."""
    depth = 0
    for match in re.finditer(r"[<>=!:]=|.", text[start:end], re.DOTALL):
        depth += (match[0] in "([{") - (match[0] in ")]}")
        if depth == 0 and (len(match[0]) == 1 or match[0] == "=="):
            yield start + match.start()


def _commas(text: str, start: int) -> int:
    """How many commas there are before the bracket closes that is open where this begins."""
    depth = count = 0
    for char in text[start:]:
        depth += (char in "([{") - (char in ")]}")
        if depth < 0:
            break
        count += char == "," and depth == 0
    return count


def _with_functions(sides: Iterable[object], declarations: Declarations, keywords: Mapping[str, Any]) -> Declarations:
    """The declarations, with letters that are called, and stand for nothing else, as functions."""
    texts = [side for side in sides if isinstance(side, str)]
    called: dict[str, int] = {}  # and of how many arguments, where first
    for text in texts:
        for found in _CALLED.finditer(text):
            called.setdefault(canonical(found[1]), 1 + _commas(text, found.end()))
    alone = {canonical(m[0]) for text in texts for m in _ALONE.finditer(text)}
    scope = scope_of(declarations, keywords)
    names = called.keys() - library().names() - {"d"} - alone
    new = {
        name: "function" if called[name] < 2 else f"function({', '.join(['scalar'] * called[name])})"
        for name in sorted(names)
        if is_letter(name) and not scope.has_meaning(name)
    }
    if isinstance(declarations, str):
        return "; ".join([declarations, *(f"{name}: {kind}" for name, kind in new.items())])
    return {**(declarations or {}), **new} or None
