"""From f = 0 to what x may be: f as a polynomial in the parts that hold x, their roots, and the inverses of the parts.

What comes out are candidates: a root squared away, a case of `abs` may have brought in some that are none, and the
check that follows sends them away. What does not come apart is left `unsolved`.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from symdiff.algebra import Condition, add, condition, fmap, is_closed, mul, neg, number, power, rebuild, sub
from symdiff.algebra import substitute as put_in
from symdiff.calculus.derive import diff
from symdiff.errors import LimitError, SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.rewriting import simplify
from symdiff.rewriting.cost import cost
from symdiff.rewriting.rational.kernels import Relations, quotient_of
from symdiff.rewriting.rational.polynomial import TooLarge, coefficients, exponents, variable, variables
from symdiff.rewriting.rational.quotient import Quotient
from symdiff.rewriting.rational.writing import Writer
from symdiff.solving.inverses import Branch, inverted, rewritten
from symdiff.solving.numbers import is_free, real_value
from symdiff.solving.polynomials import quotient, roots

_RELATIONS = (Relations(roots=True), Relations(roots=True, pairs=True))
_MOST_STEPS = 40
_ROUNDING = 1e-12  # of a period: the ends of a range belong to it
_MOST_TURNS = 400  # roots that a period makes in a range


class Candidate(NamedTuple):
    """What x may be, under conditions in which x may occur; `times` a root of a polynomial."""

    value: Expr
    conditions: tuple[Condition, ...] = ()
    exact: bool = True
    times: int = 1


class Task(NamedTuple):
    """f = 0, on the way to which conditions were met."""

    f: Expr
    conditions: tuple[Condition, ...] = ()
    exact: bool = True
    halved: bool = False  # something was squared: that f is 0 says nothing of what it was


class Isolation:
    """What is found of x in f = 0, periods turned out between two numbers; in the `plane` complex roots, too."""

    def __init__(self, x: Expr, low: Fraction, high: Fraction, plane: bool = False) -> None:
        self.x, self.low, self.high, self.plane = x, low, high, plane
        self.candidates: list[Candidate] = []
        self.everywhere: list[tuple[Condition, ...]] = []  # where every x is a solution
        self.factors: list[Expr] = []  # of names alone, that divide f
        self.periods: list[Expr] = []
        self.unsolved = False

    def run(self, f: Expr) -> Isolation:
        """All that comes out of f = 0."""
        pending, steps = [Task(_plain(f))], 0
        while pending:
            steps += 1
            if steps > _MOST_STEPS:
                self.unsolved = True
                break
            pending += self._step(pending.pop())
        return self

    def _step(self, task: Task) -> list[Task]:
        bars = next((node for node in postorder(task.f) if _is_size(node) and not is_free(node, self.x)), None)
        if bars is not None:
            (u,) = bars.args
            return [self._with_sign(task, bars, side) for side in (u, neg(u))]
        best: _Step | None = None
        for relations in _RELATIONS:
            try:
                found = _Step(self, task, relations)
            except (TooLarge, ZeroDivisionError, LimitError):
                continue
            best = best or found
            if not found.unsolved:
                best = found
                break
        if best is None:
            self.unsolved = True
            return []
        self.unsolved |= best.unsolved
        self.candidates += best.candidates
        self.everywhere += best.everywhere
        self.factors += best.factors
        self.periods += best.periods
        return best.tasks

    def _with_sign(self, task: Task, bars: Expr, side: Expr) -> Task:
        """The task where what stands between bars has one sign."""
        asked = (*task.conditions, condition("nonnegative", side))
        return task._replace(f=put_in(task.f, {bars: side}), conditions=asked)


class _Step:
    """One task as factors, each of which is 0 for itself."""

    def __init__(self, whole: Isolation, task: Task, relations: Relations) -> None:
        self.whole, self.task, self.x = whole, task, whole.x
        self.candidates: list[Candidate] = []
        self.everywhere: list[tuple[Condition, ...]] = []
        self.factors: list[Expr] = []
        self.periods: list[Expr] = []
        self.tasks: list[Task] = []
        self.unsolved = False
        self.kernels, value = quotient_of(task.f, relations)
        self.writer = Writer(self.kernels, as_met=False)
        if not value.number:
            self.unsolved |= task.halved
            self.everywhere += [] if task.halved else [task.conditions]
        for place, times in value.powers.items():
            if times > 0:
                self.factor(place, times)

    def written(self, value: Quotient) -> Expr:
        if value.is_number:
            return number(value.number)
        return min(self.writer.forms(value), key=cost)

    def kernel(self, k: int) -> Expr:
        """What variable k of the polynomials stands for."""
        return self.writer.product(Quotient(Fraction(1), {self.kernels.place(variable(k)): 1}))

    def factor(self, place: int, times: int) -> None:
        factor = self.kernels.factors[place]
        holding = {k: e for k in variables(factor) if not is_free(e := self.kernel(k), self.x)}
        if not holding:
            self.factors.append(self.written(Quotient(Fraction(1), {place: 1})))
        elif len(holding) == 1:
            ((k, e),) = holding.items()
            self.of_one(k, e, factor, times)
        else:
            self.of_several(holding, factor)

    def of_one(self, k: int, e: Expr, factor: object, times: int) -> None:
        """A polynomial in one part that holds x."""
        parts = self.parts(factor, k)
        found = roots(parts, self.whole.plane and e is self.x)
        if found is None:
            self.unsolved = True
            return
        for root in found:
            given, exact = (*self.task.conditions, *root.conditions), self.task.exact and root.exact
            if e is self.x:
                self.candidates.append(Candidate(root.value, given, exact, times))
                continue
            branches = inverted(e, root.value, self.x)
            if branches is None:
                self.unsolved = True
                continue
            for branch in branches:
                asked = (*given, *branch.conditions)
                if branch.period is not None:
                    self.turned(branch, asked, exact)
                else:
                    self.tasks.append(Task(sub(branch.inner, branch.value), asked, exact, self.task.halved))

    def parts(self, factor: object, k: int) -> dict[int, Expr]:
        """The coefficients of the powers of variable k."""
        found = coefficients(factor, k)  # type: ignore[arg-type]
        return {n: self.written(self.kernels.of_polynomial(part)) for n, part in found.items()}

    def turned(self, branch: Branch, given: tuple[Condition, ...], exact: bool) -> None:
        """u = value + k*period for all whole k: of a u that is linear in x, those between the ends of the range."""
        assert branch.period is not None
        try:
            slope = simplify(diff(branch.inner, self.x))
        except SymdiffError:
            slope = branch.inner
        if not is_free(slope, self.x):
            self.unsolved = True
            return
        start = put_in(branch.inner, {self.x: number(0)})
        first, period = quotient(sub(branch.value, start), slope), quotient(branch.period, slope)
        if not is_closed(first) or not is_closed(period):
            self.periods.append(simplify(period))
            self.candidates.append(Candidate(simplify(first), given, exact))
            return
        at, each = real_value(first), real_value(period)
        if at is None or not each:
            return
        self.periods.append(simplify(period))
        ends = sorted((float(end) - float(at)) / float(each) for end in (self.whole.low, self.whole.high))
        if ends[1] - ends[0] > _MOST_TURNS:
            raise LimitError(f"there are more than {_MOST_TURNS} roots in this range", hint="state a shorter one")
        low, high = (end + turn for end, turn in zip(ends, (-_ROUNDING, _ROUNDING), strict=True))
        for k in range(ceil(low), floor(high) + 1):
            value = simplify(add(first, mul(number(k), period)))
            self.candidates.append(Candidate(value, given, exact))

    def of_several(self, holding: dict[int, Expr], factor: object) -> None:
        """Parts that hold x: a root is squared away, logarithms are put together, powers are taken apart."""
        rooted = [k for k in holding if k in self.kernels.roots and self.kernels.roots[k].exponent in (2, 3)]
        found = None
        if rooted:
            found = self.without_root(rooted[0], factor)
        elif all(e.op == "map" and e.attr == "log" for e in holding.values()):
            found = self.one_logarithm(holding, factor)
        elif len(factor) == 2:  # type: ignore[arg-type]
            found = self.logarithms_taken(holding, factor)
        if found is None:
            self.unsolved = True
        else:
            self.tasks.append(found)

    def without_root(self, k: int, factor: object) -> Task:
        """The norm of a + b*r, or of a + b*r + c*r² with r³ known."""
        root, parts = self.kernels.roots[k], self.parts(factor, k)
        value = self.written(root.value)
        a, b, c = (parts.get(n, number(0)) for n in range(3))
        given = self.task.conditions
        if root.exponent == 2:
            norm = sub(power(a, number(2)), mul(power(b, number(2)), value))
            if self.kernel(k).op == "mul":
                given = (*given, condition("nonnegative", neg(quotient(a, b))))
        else:
            cubes = add(*(mul(power(p, number(3)), power(value, number(n))) for n, p in enumerate((a, b, c))))
            norm = sub(cubes, mul(number(3), a, b, c, value))
        return Task(norm, given, self.task.exact, True)

    def one_logarithm(self, holding: dict[int, Expr], factor: object) -> Task | None:
        """c + n1*log(u1) + n2*log(u2) + … = 0 as a product of powers."""
        terms, rest = self.linear(holding, factor)
        if terms is None:
            return None
        first = next(iter(terms.values()))
        ratios = {k: simplify(quotient(v, first)) for k, v in terms.items()}
        if not all(isinstance(r.attr, (int, Fraction)) and r.op == "number" for r in ratios.values()):
            return None
        below = number(Fraction(1))
        for r in ratios.values():
            below = number(Fraction(below.attr) * Fraction(r.attr).denominator)
        powers = [power(holding[k].args[0], mul(below, r)) for k, r in ratios.items()]
        right = fmap("exp", neg(mul(below, quotient(rest, first))))
        asked = tuple(condition("positive", e.args[0]) for e in holding.values())
        return Task(sub(mul(*powers), simplify(right)), (*self.task.conditions, *asked), self.task.exact)

    def linear(self, holding: dict[int, Expr], factor: object) -> tuple[dict[int, Expr] | None, Expr]:
        """The coefficients of parts in each term of which there is one of them at most, and what has none."""
        found: dict[int, list[Expr]] = {}
        rest = []
        for m, v in factor.items():  # type: ignore[attr-defined]
            met = [(k, e) for k, e in exponents(m) if k in holding]
            others = [power(self.kernel(k), number(e)) for k, e in exponents(m) if k not in holding]
            term = mul(number(v), *others)
            if not met:
                rest.append(term)
            elif len(met) == 1 and met[0][1] == 1:
                found.setdefault(met[0][0], []).append(term)
            else:
                return None, number(0)
        return {k: add(*terms) for k, terms in found.items()}, add(number(0), *rest)

    def logarithms_taken(self, holding: dict[int, Expr], factor: object) -> Task | None:
        """a*p = b*q of powers of constants: log(p) - log(q) = log(b/a)."""
        sides = []
        for m, v in factor.items():  # type: ignore[attr-defined]
            front, logs = [number(v)], []
            for k, e in exponents(m):
                if k not in holding:
                    front.append(power(self.kernel(k), number(e)))
                    continue
                log = _log_of_power(holding[k], self.x)
                if log is None:
                    return None
                logs.append(mul(number(e), log))
            sides.append((mul(*front), add(number(0), *logs)))
        (a, p), (b, q) = sides
        ratio = simplify(neg(quotient(b, a)))
        asked = condition("positive", ratio)
        return Task(
            sub(sub(p, q), fmap("log", ratio)), (*self.task.conditions, asked), self.task.exact, self.task.halved
        )


def _log_of_power(e: Expr, x: Expr) -> Expr | None:
    """The logarithm of a power of a constant."""
    if e.op == "map" and e.attr == "exp":
        return e.args[0]
    if e.op == "mul" and len(e.args) == 3 and e.args[0].attr == 1 and is_free(e.args[1], x):
        return mul(e.args[2], fmap("log", e.args[1]))
    return None


def _is_size(e: Expr) -> bool:
    return e.op == "map" and e.attr == "abs" and not e.shape


def _plain(f: Expr) -> Expr:
    """f with functions that have inverses in place of those that are made of them."""
    if all(rewritten(node) is None for node in postorder(f)):
        return f
    made: dict[Expr, Expr] = {}
    for node in postorder(f):
        here = rebuild(node, tuple(made[arg] for arg in node.args)) if node.args else node
        made[node] = rewritten(here) or here
    return made[f]
