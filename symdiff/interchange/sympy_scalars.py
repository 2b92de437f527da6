"""SymPy's scalars: numbers, functions, comparisons, sums over ranges, derivatives."""

from __future__ import annotations

from typing import Any

from symdiff import algebra, book
from symdiff.algebra import ONE, ZERO
from symdiff.errors import NotSupported
from symdiff.expr import Expr
from symdiff.interchange import sympy_names
from symdiff.interchange.sympy_walk import Step, Walk
from symdiff.syntax.indices import Range

_COMPARED = {"StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">", "GreaterThan": ">=", "Equality": "==",
             "Unequality": "!="}  # fmt: skip


def _in_order(node: Any) -> Any:
    """Terms and factors as SymPy prints them, where they are not nested too deeply to be put in order."""
    try:
        return node.as_ordered_terms() if node.is_Add else node.as_ordered_factors()
    except RecursionError:
        return node.args


class Scalars(Walk):
    """What a scalar of SymPy is, by its class."""

    def _Number(self, node: Any) -> Step:
        yield from ()
        if node.is_finite:
            return sympy_names.value_of(node)
        return self._infinite(node)

    def _infinite(self, node: Any) -> Expr:
        import sympy

        if node in (sympy.oo, -sympy.oo):
            return algebra.scale(algebra.number(1 if node is sympy.oo else -1), algebra.named("oo"))
        raise NotSupported(f"{node} of SymPy is no number")

    _ComplexInfinity = _Number

    def _NumberSymbol(self, node: Any) -> Step:
        yield from ()
        name = sympy_names.constants().get(node)
        if name is None:
            raise NotSupported(f"{node} of SymPy has no name in the language")
        return algebra.named(name)

    _ImaginaryUnit = _NumberSymbol

    def _Add(self, node: Any) -> Step:
        terms = node.args if node.is_number else _in_order(node)  # 2 + sqrt(2), but sqrt(x) + 2
        return algebra.add(*(yield from self.all(terms)))

    def _Mul(self, node: Any) -> Step:
        return algebra.mul(*(yield from self.all(_in_order(node))))

    def _Pow(self, node: Any) -> Step:
        base, exponent = yield from self.all(node.args)
        return algebra.power(base, exponent)

    def _exp(self, node: Any) -> Step:
        exponent = yield node.args[0]
        return (
            algebra.power(algebra.named("e"), exponent)
            if algebra.is_closed(exponent)
            else book.apply("exp", [exponent])
        )

    def _log(self, node: Any) -> Step:
        return book.apply("log", (yield from self.all(node.args)))

    def _Heaviside(self, node: Any) -> Step:
        x, at_zero = yield from self.all(node.args)
        step = algebra.select(algebra.compare("==", x, ZERO), at_zero, ZERO)
        return algebra.select(algebra.compare(">", x, ZERO), ONE, step)

    def _LatticeOp(self, node: Any) -> Step:
        """Max and Min of several, which are taken in order."""
        first, *others = yield from self.all(sorted(node.args, key=lambda arg: arg.sort_key()))
        name = sympy_names.FROM_SYMPY[type(node).__name__]
        for other in others:
            first = book.apply(name, [first, other])
        return first

    _Max = _Min = _LatticeOp

    def _Piecewise(self, node: Any) -> Step:
        import sympy

        value: Expr | None = None
        for case, condition in reversed(node.args):
            made = yield case
            if condition == sympy.true:
                value = made
            elif value is None:
                raise NotSupported(
                    "Piecewise of SymPy has no value where no condition holds", hint="end it with (…, True)"
                )
            else:
                value = algebra.select((yield condition), made, value)
        assert value is not None
        return value

    def _Relational(self, node: Any) -> Step:
        a, b = yield from self.all(node.args)
        return algebra.compare(_COMPARED[type(node).__name__], a, b)

    def _And(self, node: Any) -> Step:
        return algebra.logic(type(node).__name__.lower(), *(yield from self.all(node.args)))

    _Or = _Not = _And

    def _ITE(self, node: Any) -> Step:
        condition, first, second = yield from self.all(node.args)
        otherwise = algebra.logic("and", algebra.logic("not", condition), second)
        return algebra.logic("or", algebra.logic("and", condition, first), otherwise)

    def _BooleanAtom(self, node: Any) -> Step:
        yield from ()
        return algebra.compare("==" if node else "!=", ONE, ONE)

    def _loggamma(self, node: Any) -> Step:
        return book.apply("lgamma", [(yield node.args[0])])

    def _Derivative(self, node: Any) -> Step:
        from symdiff.api import diff

        found = yield node.expr
        for variable, count in node.variable_count:
            by = yield variable
            if by.op not in ("symbol", "index", "derivative") or not getattr(count, "is_Integer", False):
                raise NotSupported(f"{node} of SymPy is by no variable, or not so many times")
            for _ in range(int(count)):
                found = diff(found, by)
        return found

    def _Poly(self, node: Any) -> Step:
        return (yield node.as_expr())

    def _Subs(self, node: Any) -> Step:
        own = self.fresh(node.variables)
        values = yield from self.all(node.point)
        inner = yield node.expr.xreplace(own)
        return algebra.substitute(inner, dict(zip((self.bound[d] for d in own.values()), values, strict=True)))

    def _Sum(self, node: Any) -> Step:
        """Sums and products over ranges; the last range is the outermost, on which the others may depend."""
        body, bound = node.function, []
        ranges = [tuple(limit) for limit in node.limits]
        if any(len(limit) != 3 for limit in ranges):
            raise NotSupported(f"{type(node).__name__} of SymPy without ends")
        while ranges:
            variable, *ends = ranges.pop()
            first, last = (yield from self.dim(ends[0])), (yield from self.dim(ends[1]))
            place, made = self.index(variable.name, Range(first, last))
            body = body.xreplace({variable: place})
            ranges = [(v, *(end.xreplace({variable: place}) for end in rest)) for v, *rest in ranges]
            bound.append(made)
        value = yield body
        if type(node).__name__ == "Sum":
            return self.indices.bound(value, bound, summed=True)
        if all(made.range is not None for made in bound):
            found = self.indices.bound(value, bound, summed=False)
        else:  # where an index is not within its ends there is 0; what is multiplied has 1 there
            less = self.indices.bound(algebra.sub(value, ONE), bound, summed=False)
            found = algebra.add(less, algebra.ones(less.shape))
        return algebra.reduce_("prod", found, tuple(range(len(bound))))

    _Product = _Sum
