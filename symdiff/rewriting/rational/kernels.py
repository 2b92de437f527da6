"""Scalars as quotients of polynomials in kernels.

A kernel is what arithmetic does not look into: a symbol, sin and cos of an argument (tan, sec, cot, csc are made of
them), sinh and cosh, exp of each monomial, a root of a base, a power with a symbolic exponent, a function of arrays.
Functions with equal arguments, whatever these look like, are one kernel: its name is made of their quotients.

Roots of one base are whole powers of one kernel, and so are exponentials of multiples of one monomial. Which power that
is shows where all of them were met: where a smaller part is needed, the work begins again with it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from symdiff.algebra import ONE, Fact, einsum, facts, fingerprint, fmap, mul, named, number
from symdiff.expr import Expr, postorder
from symdiff.rewriting.rational.angles import ARCS, cosine, sine
from symdiff.rewriting.rational.polynomial import VARIABLES, TooLarge, coefficients, exponents, variable, variables
from symdiff.rewriting.rational.primes import prime_powers, taken_out
from symdiff.rewriting.rational.quotient import Arithmetic, Quotient, Root, of_number

_CIRCULAR = {"sin": (1, 0), "cos": (0, 1), "tan": (1, -1), "cot": (-1, 1), "sec": (0, -1), "csc": (-1, 0)}
_HYPERBOLIC = {name + "h": powers for name, powers in _CIRCULAR.items()}
_SQUARES = {  # of the first of two functions, by the square of the second: cos(u)² = 1 - sin(u)²
    name: rule
    for rule in (("cos", "sin", 1, -1), ("sec", "tan", 1, 1), ("csc", "cot", 1, 1),
                 ("cosh", "sinh", 1, 1), ("sech", "tanh", 1, -1), ("csch", "coth", -1, 1))
    for name in rule[:2]
}  # fmt: skip
_ATTEMPTS = 8


class Kernel(NamedTuple):
    """What a kernel is: `base`, or where there is an exponent base^exponent; of exp(exponent) the base is None.

    Twice the root of x, which is the root of 4·x as it is written, has the scale 2.
    """

    base: Expr | None
    exponent: Quotient | None = None
    scale: Fraction = Fraction(1)


class Relations(NamedTuple):
    """What is made use of: roots, and that sin² is 1 - cos² ("odd"), or cos² is 1 - sin² ("even").

    With `pairs` tan, sec, cot, csc are made of sin and cos, the hyperbolic ones of sinh and cosh; else they are kernels
    of their own, related as sec² and 1 + tan² are.
    """

    roots: bool = False
    gone: str = "even"
    pairs: bool = False


class NoQuotient(TooLarge):
    """What is infinite, or 0 to a power that may be 0, has no quotient."""


class Again(Exception):
    """A smaller part of a monomial or of a root was met."""


def quotient_of(e: Expr, relations: Relations) -> tuple[Kernels, Quotient]:
    """A scalar as a quotient, and the kernels of which it is made.

    TooLarge where it has too many terms or kernels, ZeroDivisionError where something is divided by 0.
    """
    units: dict[Hashable, int] = {}
    for _ in range(_ATTEMPTS):
        kernels = Kernels(relations, units)
        try:
            return kernels, kernels.quotient(e)
        except Again:
            continue
    raise TooLarge


class Kernels(Arithmetic):
    """The kernels that were met, with the quotients of all expressions on the way."""

    def __init__(self, relations: Relations, units: dict[Hashable, int]) -> None:
        super().__init__()
        self.relations = relations
        self.units = units  # how many parts of a monomial, or which root of a base, is a kernel
        self.kernels: list[Kernel] = []
        self.met: dict[Expr, Quotient] = {}
        self.names: dict[Hashable, int] = {}
        self.signs: dict[Hashable, int] = {}
        self.turned: set[int] = set()  # roots by which other kernels are told
        self.has_pairs = False  # sin and cos, sinh and cosh
        self.has_parts = False  # logarithms of multiples
        self.divisors: dict[int, None] = {}  # the factors that something was divided by
        self.raised: set[tuple[Hashable, bool]] = set()  # powers with symbolic exponents, whether these are positive
        self.sums: dict[
            frozenset[tuple[int, int]], tuple[Expr, Fraction]
        ] = {}  # those that are written, by their factors
        self.logarithms: dict[int, Expr] = {}  # their arguments

    def quotient(self, e: Expr) -> Quotient:
        """A scalar as a quotient."""
        for node in postorder(e, into=lambda node: node not in self.met and _is_looked_into(node)):
            if node not in self.met and not node.shape:
                self.met[node] = value = self._of_node(node)
                if node.op == "add" and value.powers:
                    self.sums.setdefault(frozenset(value.powers.items()), (node, value.number))
        return self.met[e]

    def _of_node(self, e: Expr) -> Quotient:
        if e.op == "number" and not isinstance(e.attr, float):
            return of_number(e.attr)
        if e.op == "add":
            return self.total([self.met[arg] for arg in e.args])
        if e.op == "mul":
            pairs = zip(e.args[1::2], e.args[2::2], strict=True)
            return self.product([self.met[e.args[0]], *(self._power(base, exponent) for base, exponent in pairs)])
        if e.op == "map" and len(e.args) == 1:
            return self._function(e)
        if e.op == "constant":
            return self._constant(e)
        if e.op == "einsum" and e.args[0] in self.met:
            rest = einsum(ONE, e.args[1:], e.attr[:-1], e.attr[-1])
            return self.product([self.met[e.args[0]], self._named(("other", fingerprint(rest)), Kernel(rest))])
        return self._named(("other", fingerprint(e)), Kernel(e))

    def _constant(self, e: Expr) -> Quotient:
        if e.attr == "oo":
            raise NoQuotient
        if e.attr == "e":
            return self._exponential(of_number(1))
        name = "constant", e.attr
        found = self._named(name, Kernel(e))
        if e.attr == "i" and self.relations.roots:
            self.roots[self.names[name]] = Root(2, of_number(-1))
        return found

    def _named(self, name: Hashable, kernel: Kernel) -> Quotient:
        """The kernel of this name."""
        if name not in self.names:
            if len(self.kernels) >= VARIABLES:
                raise TooLarge
            self.names[name] = len(self.kernels)
            self.kernels.append(kernel)
        return self.kernel(self.names[name])

    # --- functions

    def _function(self, e: Expr) -> Quotient:
        (u,) = e.args
        head, argument = e.attr, self.met[u]
        if head == "exp":
            return self._exponential(argument)
        if head in _CIRCULAR and (known := self._at_angle(argument, _CIRCULAR[head])) is not None:
            return known
        self.has_pairs |= head in _CIRCULAR or head in _HYPERBOLIC
        if head in _CIRCULAR and self.relations.pairs:
            return self._of_pair(u, argument, ("sin", "cos"), _CIRCULAR[head])
        if head in _HYPERBOLIC and self.relations.pairs:
            return self._of_pair(u, argument, ("sinh", "cosh"), _HYPERBOLIC[head])
        if head == "log":
            return self._logarithm(e, argument)
        if argument.is_number and (head, argument.number) in ARCS:
            return self.product([of_number(ARCS[head, argument.number]), self._constant(named("pi"))])
        found = self._named((head, argument.key), Kernel(e))
        if head in _SQUARES and self.relations.roots:
            self._relate(head, argument.key)
        return found

    def _relate(self, head: str, argument: Hashable) -> None:
        """The square of cos by that of sin, where both occur; or the other way round."""
        even, odd, one, sign = _SQUARES[head]
        gone, left = self.names.get((even, argument)), self.names.get((odd, argument))
        if gone is None or left is None:
            return
        if self.relations.gone == "odd":  # sin² = 1 - cos², sinh² = cosh² - 1
            gone, left, one = left, gone, -one * sign
        if gone not in self.roots:
            self.roots[gone] = Root(2, self.of_polynomial({0: one, **dict.fromkeys(variable(left, 2), sign)}))

    def _at_angle(self, argument: Quotient, powers: tuple[int, int]) -> Quotient | None:
        """A circular function of a multiple of pi/12."""
        pi = self.names.get(("constant", "pi"))
        if argument.number and (pi is None or dict(argument.powers) != dict(self.kernel(pi).powers)):
            return None
        surds = [sine(argument.number), cosine(argument.number)]
        if surds[0] is None or surds[1] is None:
            return None
        parts = [
            self.total([self._surd(value, radicand) for value, radicand in surd]) for surd in surds if surd is not None
        ]
        return self.product([self.power(part, e) for part, e in zip(parts, powers, strict=True) if e])

    def _surd(self, value: Fraction, radicand: int) -> Quotient:
        """A number times the root of another."""
        return self.product([of_number(value), self._root_of_number(Fraction(radicand), Fraction(1, 2))])

    def _of_pair(self, u: Expr, argument: Quotient, heads: tuple[str, str], powers: tuple[int, int]) -> Quotient:
        """A function made of an odd and an even one, which are kernels of the argument as it was met first."""
        sign = -1 if argument.number < 0 else 1
        name = Quotient(abs(argument.number), argument.powers).key
        if not argument.number:
            return self.product([self.power(of_number(value), e) for value, e in zip((0, 1), powers, strict=True)])
        turned = self.signs.setdefault((heads[0], name), sign) != sign
        odd, even = (self._named((head, name), Kernel(fmap(head, u))) for head in heads)
        self._relate(heads[0], name)
        odd = self.product([of_number(-1), odd]) if turned else odd
        return self.product([self.power(odd, powers[0]), self.power(even, powers[1])])

    def _logarithm(self, e: Expr, argument: Quotient) -> Quotient:
        """log(8) as three times log(2), log(2*x) as log(2) + log(x)."""
        value = abs(argument.number)
        apart = value not in (0, 1) and (argument.is_number or self.relations.roots)
        self.has_parts |= value != 1
        primes = [(p, of_number(k)) for p, k in prime_powers(value)] if apart else []
        logs = [self._named(("log", of_number(p).key), Kernel(fmap("log", number(p)))) for p, _ in primes]
        parts = [self.product([k, log]) for (_, k), log in zip(primes, logs, strict=True)]
        rest = Quotient(argument.number / value, argument.powers) if apart else argument
        if rest.powers or rest.number != 1:
            name = "log", rest.key
            inner = mul(number(1 / value), e.args[0]) if apart else e.args[0]
            parts.append(self._named(name, Kernel(fmap("log", inner))))
            self.logarithms.setdefault(self.names[name], inner)
        return self.total(parts)

    # --- powers

    def _power(self, base: Expr, exponent: Expr) -> Quotient:
        if exponent.op == "number" and isinstance(exponent.attr, int):
            return self.power(self.met[base], exponent.attr)
        return self._general(base, self.met[exponent])

    def _exponential(self, argument: Quotient) -> Quotient:
        """exp of a sum as a product; exp(n*log(x)) as x^n."""
        found = []
        for part in self._terms(argument):
            logs = [p for p, e in part.powers.items() if e == 1 and self.kernel_at(p) in self.logarithms]
            if len(logs) == 1:
                base = self.logarithms[self.kernel_at(logs[0])]
                rest = Quotient(part.number, {p: e for p, e in part.powers.items() if p != logs[0]})
                found.append(self._general(base, rest))
            else:
                found.append(self._unit_power(None, ("exp",), part))
        return self.product(found)

    def _general(self, base: Expr, exponent: Quotient) -> Quotient:
        """A power with any exponent: x^(n + 1/2) as x^n and a root of x."""
        value = self.quotient(base)  # of a logarithm's argument without its number, which was not met
        if not value.number:
            raise NoQuotient
        parts, given = self._terms(exponent), dict(self.divisors)
        head = "power", value.key
        found = [self._root(base, value, part.number) if part.is_number else self._unit_power(base, head, part)
                 for part in parts]  # fmt: skip
        if len(parts) > 1:
            self.divisors = given  # x^(n - 1) does not divide by x
        return self.product(found)

    def _terms(self, value: Quotient) -> list[Quotient]:
        """The terms of a sum over a common denominator, each divided by it."""
        above = {p: e for p, e in value.powers.items() if e > 0}
        below = Quotient(value.number, {p: e for p, e in value.powers.items() if e < 0})
        terms = self.multiplied(1, above).items()
        return [self.product([below, self.of_polynomial({m: v})]) for m, v in terms]

    def _unit_power(self, base: Expr | None, head: tuple[Hashable, ...], exponent: Quotient) -> Quotient:
        """A power of the kernel whose exponent is a part of this one: exp(x/2)^3."""
        name = *head, frozenset(exponent.powers.items())
        parts = self._parts(name, exponent.number.denominator)
        own = self._named(name, Kernel(base, Quotient(Fraction(1, parts), exponent.powers)))
        if base is not None:
            self.raised.add((name, exponent.number > 0))
        return self.power(own, int(exponent.number * parts))

    def _parts(self, name: Hashable, wanted: int) -> int:
        """Into how many parts what bears this name is divided, so that there are so many."""
        known = self.units.get(name, 1)
        self.units[name] = lcm(known, wanted)
        if name in self.names and self.units[name] != known:
            raise Again
        return self.units[name]

    def _root(self, base: Expr, value: Quotient, exponent: Fraction) -> Quotient:
        """A power of a base with a number that may be a fraction."""
        if exponent.denominator == 1:
            return self.power(value, exponent.numerator)
        if value.is_number and value.number > 0 and self.relations.roots:
            return self._root_of_number(value.number, exponent)
        lone = self._power_of_positive(base, value)
        if lone is not None:
            return self._root(*lone[:2], exponent * lone[2])
        front, left = taken_out(abs(value.number), exponent.denominator)
        inner = Quotient(Fraction(left if value.number > 0 else -left), value.powers)
        return self._of_root(base, inner, exponent, front)

    def _power_of_positive(self, base: Expr, value: Quotient) -> tuple[Expr, Quotient, int] | None:
        """The base and the exponent of a power of what is not negative, of which it is a power, too: not sqrt(x^2)."""
        if base.op != "mul" or len(base.args) != 3 or not facts(base.args[1]) & Fact.NONNEGATIVE:
            return None
        inner = self.met[base.args[1]]
        ((place, e),) = value.powers.items() if len(value.powers) == 1 and value.number == 1 else ((-1, 0),)
        return (base.args[1], inner, e) if inner == Quotient(Fraction(1), {place: 1}) else None

    def _of_root(self, base: Expr, value: Quotient, exponent: Fraction, front: Fraction) -> Quotient:
        """A power of the kernel that is a root of a base, times what came out of it."""
        name = "root", value.key
        parts = self._parts(name, exponent.denominator)
        if name not in self.names and front != 1 and parts != exponent.denominator:
            raise TooLarge  # another number would come out of the higher root
        own = self._named(name, Kernel(base, of_number(Fraction(1, parts)), 1 / front))
        k = self.names[name]
        if self.relations.roots and k not in self.roots and k not in self.turned:
            self._relate_root(k, Root(parts, value))
        if exponent < 0:
            self.divisors.update(dict.fromkeys(value.powers))  # whether or not it is known to be a root
        return self.product([of_number(front**exponent.numerator), self.power(own, int(exponent * parts))])

    def _relate_root(self, k: int, root: Root) -> None:
        """A power of a root by what it is the root of; or, of the first one, that turned round: x² = r² - 1."""
        if self.relations.gone == "odd" and not self.turned and all(e > 0 for e in root.value.powers.values()):
            whole = self.multiplied(root.value.number.numerator, root.value.powers)
            ours = variables(whole)
            raised = [e for v in ours if (e := self.kernels[v].exponent) is not None and not e.is_number]
            plain = not raised and self.roots.keys().isdisjoint(ours)
            for v in ours if plain else ():
                parts = coefficients(whole, v)
                high = max(parts)
                if parts.keys() == {0, high} and len(parts[high]) == 1:
                    rest = self.product([of_number(-1), self.of_polynomial(parts[0])])
                    above = self.total([super().power(self.kernel(k), root.exponent), rest])
                    below = super().power(self.of_polynomial(parts[high]), -1)
                    self.roots[v] = Root(high, self.product([above, below]))
                    self.turned.add(k)
                    return
        self.roots[k] = root

    def _root_of_number(self, value: Fraction, exponent: Fraction) -> Quotient:
        """A root of a positive number by those of its primes."""
        found = []
        for prime, times in prime_powers(value):
            by = exponent * times
            name = "root", of_number(prime).key
            parts = self._parts(name, by.denominator)
            own = self._named(name, Kernel(number(prime), of_number(Fraction(1, parts))))
            if parts > 1:
                self.roots.setdefault(self.names[name], Root(parts, of_number(prime)))
            found.append(self.power(own, int(by * parts)) if parts > 1 else of_number(Fraction(prime) ** int(by)))
        return self.product(found)

    def may_relate(self) -> bool:
        """Whether there are roots, or logarithms, that are made of others."""
        return self.has_parts or any(name[0] == "root" for name in self.names)  # type: ignore[index]

    def stays_defined(self, base: Expr, exponent: Expr, divisors: Collection[int], raised: Collection[object]) -> bool:
        """Whether a power has a value wherever what was divided by is not 0, and powers have values that were met."""
        by = self.quotient(exponent)
        value = self.quotient(base)
        if by.is_number:
            return by.number > 0 or all(p in divisors or self.is_never_zero(p) for p in value.powers)
        names = ((("power", value.key, frozenset(part.powers.items())), part.number > 0) for part in self._terms(by))
        return all(name in raised for name in names if name[0][2]) or bool(facts(base) & Fact.POSITIVE)

    def is_never_zero(self, place: int) -> bool:
        """Whether a factor is an exponential or cosh."""
        k = self.kernel_at(place)
        if k < 0:
            return False
        base = self.kernels[k].base
        return base is None or (base.op == "map" and base.attr == "cosh" and bool(facts(base) & Fact.REAL))

    def power(self, value: Quotient, exponent: int) -> Quotient:
        """A whole power; what is divided by is kept, with what roots in it are roots of."""
        if exponent < 0:
            if not value.number:
                raise ZeroDivisionError
            for place in value.powers:
                self.divisors[place] = None
                if (root := self.roots.get(self.kernel_at(place))) is not None:
                    self.divisors.update(dict.fromkeys(root.value.powers))
        return super().power(value, exponent)

    def kernel_at(self, place: int) -> int:
        """The kernel that a factor is; -1 of a sum."""
        factor = self.factors[place]
        ((m, v),) = factor.items() if len(factor) == 1 else ((0, 0),)
        return exponents(m)[0][0] if v else -1


def _is_looked_into(e: Expr) -> bool:
    """Whether the quotient of a node is made of those of its arguments."""
    scalars = e.op in ("add", "mul") or (e.op == "map" and len(e.args) == 1)
    return not e.shape and (scalars or e.op == "einsum")
