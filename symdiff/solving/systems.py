"""Systems of equations: linear ones by elimination, others by putting one unknown into the rest, or by a Gröbner basis.

A branch holds the equations that are left and what is known of the unknowns. Solutions are candidates until all
equations were checked with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from symdiff.algebra import (
    Condition,
    add,
    condition,
    is_closed,
    mul,
    neg,
    number,
    power,
    sub,
    substitute,
    symbols_of,
)
from symdiff.errors import LimitError, NotSupported
from symdiff.expr import Expr, postorder
from symdiff.rewriting import simplify
from symdiff.rewriting.rational.kernels import Relations, quotient_of
from symdiff.rewriting.rational.polynomial import TooLarge, coefficients, degree, variable, variables
from symdiff.rewriting.rational.quotient import Quotient
from symdiff.rewriting.rational.writing import Writer
from symdiff.solving.equation import Indeterminate, NoSolution, solved
from symdiff.solving.linear import eliminated
from symdiff.solving.numbers import is_free, sign_of, without_decimals
from symdiff.solving.polynomials import quotient
from symdiff.syntax.unknowns import Sides

_RELATIONS = Relations(roots=True)
_MOST_BRANCHES = 400


class Branch(NamedTuple):
    """Equations that are left (each is 0), unknowns that are left, and those that are known by others."""

    left: tuple[Expr, ...]
    unknowns: tuple[Expr, ...]
    known: tuple[tuple[Expr, Expr], ...] = ()
    conditions: tuple[Condition, ...] = ()
    exact: bool = True
    reduced: bool = False  # a Gröbner basis was put in the place of the equations


class Row(NamedTuple):
    """The values of all unknowns, in their order; those that are free stand for themselves."""

    values: tuple[Expr, ...]
    conditions: tuple[Condition, ...] = ()
    exact: bool = True


class Part(NamedTuple):
    """An equation as a polynomial in an unknown: coefficients by powers."""

    parts: Mapping[int, Expr]
    alone: bool  # the unknown stands in nothing but its powers


def branches(sides: Sequence[Sides], unknowns: tuple[Expr, ...]) -> tuple[list[Row], list[str]]:
    """The rows that come out of a system, and notes on how."""
    first = Branch(tuple(sub(without_decimals(a), without_decimals(b)) for a, b in sides), unknowns)
    pending, rows, notes = [first], list[Row](), list[str]()
    count = 0
    while pending:
        count += 1
        if count > _MOST_BRANCHES:
            raise LimitError("the system has too many cases")
        branch = _tidied(pending.pop())
        if branch is None:
            continue
        if not branch.left or not branch.unknowns:
            rows.append(_row(branch, unknowns))
            continue
        more, said = _next(branch)
        pending += more[::-1]
        notes += said
    return rows, list(dict.fromkeys(notes))


def _tidied(branch: Branch) -> Branch | None:
    """The branch with numerators for equations; None where one of them is never 0."""
    left = []
    for f in branch.left:
        try:
            kernels, value = quotient_of(f, _RELATIONS)
        except ZeroDivisionError:
            return None
        except (TooLarge, LimitError):
            left.append(f)
            continue
        if not value.number:
            continue
        above = {p: 1 for p, e in value.powers.items() if e > 0}
        writer = Writer(kernels, as_met=False)
        factors = [writer.product(Quotient(Fraction(1), {p: 1})) for p in above]
        moving = [f for f in factors if any(not is_free(f, x) for x in branch.unknowns)]
        still = [f for f in factors if f not in moving]
        if not moving:
            if all(map(is_closed, still)):
                if sign_of(mul(number(1), *still)) == 0:  # by what no normal form knows
                    continue
                return None
            left.append(mul(*still) if still else number(1))
            continue
        branch = branch._replace(
            conditions=(*branch.conditions, *(condition("nonzero", f) for f in still if not is_closed(f)))
        )
        left.append(mul(*moving))
    names = [f for f in left if all(is_free(f, x) for x in branch.unknowns)]
    if names:
        branch = branch._replace(
            left=tuple(f for f in left if f not in names),
            conditions=(*branch.conditions, *(condition("equal", f, number(0)) for f in names)),
        )
        return branch
    return branch._replace(left=tuple(dict.fromkeys(left)))


def _next(branch: Branch) -> tuple[list[Branch], list[str]]:
    """What a branch becomes when one more unknown is known."""
    linear = eliminated(branch.left, branch.unknowns)
    if linear is not None:
        if linear.never:
            return [], []
        known = dict(linear.known)
        rest = tuple(x for x in branch.unknowns if x not in known)
        before = tuple((y, substitute(e, known)) for y, e in branch.known)
        asked = tuple(c.of(lambda e: substitute(e, known)) for c in branch.conditions)
        done = branch._replace(
            left=(), unknowns=rest, known=(*before, *linear.known), conditions=(*asked, *linear.conditions)
        )
        return [done], []
    products = next((f for f in branch.left if f.op == "mul" and len(f.args) > 3), None)
    if products is not None:
        rest = tuple(f for f in branch.left if f is not products)
        bases = products.args[1::2]
        return [branch._replace(left=(base, *rest)) for base in bases], []
    found = _linear_ones(branch)
    for wanted in (0, 1):
        for f, x, part in found:
            cost = 0 if all(is_free(part.parts[1], y) for y in branch.unknowns) else 1
            if cost == wanted and (wanted == 0 or branch.reduced or not _is_numeric(branch)):
                return _put_in(branch, f, x, part), []
    for f in branch.left:
        own = [x for x in branch.unknowns if not is_free(f, x)]
        if len(own) == 1:
            return _by_one(branch, f, own[0])
    if not branch.reduced and _is_numeric(branch):
        basis = _basis(branch)
        if basis is not None:
            return [branch._replace(left=basis, reduced=True)], []
    if len(branch.left) < len(branch.unknowns):
        f = branch.left[0]
        own = [x for x in branch.unknowns if not is_free(f, x)]
        return _by_one(branch, f, own[0])
    names = ", ".join(str(x) for x in branch.unknowns)
    raise NotSupported(f"no way is known to solve this system for {names}", hint="give numbers for the other names")


def _linear_ones(branch: Branch) -> list[tuple[Expr, Expr, Part]]:
    """The equations that are linear in an unknown, with numbers for coefficients first."""
    found = []
    for f in branch.left:
        for x in branch.unknowns:
            part = _polynomial_in(f, x)
            if part is not None and part.alone and max(part.parts) == 1:
                found.append((f, x, part))
    return sorted(found, key=lambda item: item[2].parts[1].op != "number")


def _polynomial_in(f: Expr, x: Expr) -> Part | None:
    """The coefficients of the powers of an unknown; None where it stands in other things, or not at all."""
    if is_free(f, x):
        return None
    try:
        kernels, value = quotient_of(f, _RELATIONS)
        own = next(
            (k for k, kernel in enumerate(kernels.kernels) if kernel.base is x and kernel.exponent is None), None
        )
        if own is None:
            return None
        above = kernels.multiplied(value.number.numerator, {p: e for p, e in value.powers.items() if e > 0})
        writer = Writer(kernels, as_met=False)
        others = [k for k in variables(above) if k != own]
        terms = [writer.product(Quotient(Fraction(1), {kernels.place(variable(k)): 1})) for k in others]
        alone = all(is_free(e, x) for e in terms) and degree(above, own) > 0
        parts = {n: writer.sum(part) for n, part in coefficients(above, own).items()}
    except (TooLarge, ZeroDivisionError, LimitError):
        return None
    return Part(parts, alone)


def _put_in(branch: Branch, f: Expr, x: Expr, part: Part) -> list[Branch]:
    """a*x + b = 0: x = -b/a put into all others; and where a may be 0 beside b, that branch."""
    a, b = part.parts[1], part.parts.get(0, number(0))
    value = simplify(neg(quotient(b, a)))
    others = tuple(g for g in branch.left if g is not f)
    moving = any(not is_free(a, y) for y in branch.unknowns)
    asked = () if a.op == "number" or is_closed(a) else (condition("nonzero", a),)
    found = [_with(branch, x, value, others, () if moving else asked)]
    if moving:
        found.append(branch._replace(left=(a, b, *others)))
    return found


def _with(
    branch: Branch, x: Expr, value: Expr, left: tuple[Expr, ...], asked: Iterable[Condition] = (), exact: bool = True
) -> Branch:
    """The branch in which x is known."""
    put = {x: value}
    return branch._replace(
        left=tuple(substitute(g, put) for g in left),
        unknowns=tuple(y for y in branch.unknowns if y is not x),
        known=(*((y, substitute(e, put)) for y, e in branch.known), (x, value)),
        conditions=(*(c.of(lambda e: substitute(e, put)) for c in branch.conditions), *asked),
        exact=branch.exact and exact,
    )


def _by_one(branch: Branch, f: Expr, x: Expr) -> tuple[list[Branch], list[str]]:
    """Each root of an equation for x."""
    others = tuple(g for g in branch.left if g is not f)
    try:
        found = solved((f, number(0)), x, None)
    except NoSolution:
        return [], []
    except Indeterminate:
        return [branch._replace(left=others)], []
    notes = [
        f"{x.attr.name}: {note}" for note in found.notes if "root found" in note or "apart" in note or "roots" in note
    ]
    return [_with(branch, x, root.value, others, found.conditions, root.exact) for root in found.roots], notes


def _is_numeric(branch: Branch) -> bool:
    return set(symbols_of(*branch.left)) <= set(branch.unknowns)


def _basis(branch: Branch) -> tuple[Expr, ...] | None:
    """A Gröbner basis of polynomials with fractions for coefficients, in the order of the unknowns."""
    import sympy

    names = {x: sympy.Symbol(f"x{k}") for k, x in enumerate(branch.unknowns)}
    polynomials = [_of_sympy_terms(f, names) for f in branch.left]
    if None in polynomials:
        return None
    basis = sympy.groebner(polynomials, *names.values(), order="lex")
    back = list(names)
    found = []
    for p in basis.polys:
        terms = []
        for powers, c in p.terms():
            factors = [power(x, number(int(e))) for x, e in zip(back, powers, strict=True) if e]
            terms.append(mul(number(Fraction(int(c.p), int(c.q))), *factors))
        found.append(add(number(0), *terms))
    return tuple(found)


def _of_sympy_terms(f: Expr, names: Mapping[Expr, Any]) -> Any:
    """A polynomial in unknowns as one of sympy, term by term; None for anything else."""
    import sympy

    made: dict[Expr, Any] = {}
    for node in postorder(f):
        if node in names:
            made[node] = names[node]
        elif node.op == "number" and not isinstance(node.attr, float):
            value = Fraction(node.attr)
            made[node] = sympy.Rational(value.numerator, value.denominator)
        elif node.op == "add":
            made[node] = sympy.Add(*(made[arg] for arg in node.args))
        elif node.op == "mul":
            pairs = list(zip(node.args[1::2], node.args[2::2], strict=True))
            if any(not isinstance(by.attr, int) or by.attr < 0 for _, by in pairs):
                return None
            made[node] = sympy.Mul(made[node.args[0]], *(made[base] ** by.attr for base, by in pairs))
        else:
            return None
    return sympy.expand(made[f])


def _row(branch: Branch, unknowns: tuple[Expr, ...]) -> Row:
    known = dict(branch.known)
    return Row(tuple(known.get(x, x) for x in unknowns), branch.conditions, branch.exact)
