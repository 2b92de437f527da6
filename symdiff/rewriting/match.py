"""Matching of a pattern against an expression, up to order of factors and terms.

Every symbol of a pattern is a variable. A scalar variable stands for a scalar, or, where the whole scalar
pattern meets an expression with axes, for one of that shape: the rule then holds entry by entry. A vector
or matrix variable stands for anything of that rank, its sizes for any. The search is bounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from symdiff import dims
from symdiff.algebra import (
    ONE,
    add,
    is_symmetric,
    number,
    same,
    scale,
    size_scalar,
    split_number,
    transpose,
    unspread,
)
from symdiff.algebra.leaves import Number
from symdiff.dims import Dim, Shape, Size
from symdiff.expr import Expr
from symdiff.rewriting.product import Factor, Labels, Product, is_product, product

WIDEST = 24  # sums and products with more parts are not searched


class Env(NamedTuple):
    """What the variables and the sizes of a pattern stand for; of arrays for up to `runs` factors of a chain."""

    values: dict[Expr, Expr]
    sizes: dict[str, Dim]
    runs: int = 1

    def bind(self, variable: Expr, e: Expr) -> Env | None:
        """This and variable := e; None where it already stands for something else."""
        known = self.values.get(variable)
        if known is not None:
            return self if same(known, e) else None
        return self._replace(values={**self.values, variable: e})

    def fit(self, pattern: Shape, shape: Shape) -> Env | None:
        """This with the sizes of a pattern's shape matched to those of a shape."""
        if len(pattern) != len(shape):
            return None
        sizes = self.sizes
        for wanted, dim in zip(pattern, shape, strict=True):
            if isinstance(wanted, Size):
                name = dims.name_of(wanted)
                if name is None:
                    wanted = dims.substitute(wanted, sizes)
                elif name in sizes:
                    wanted = sizes[name]
                else:
                    sizes, wanted = {**sizes, name: dim}, dim
            if wanted != dim:
                return None
        return self if sizes is self.sizes else self._replace(sizes=sizes)


EMPTY = Env({}, {})


class Found(NamedTuple):
    """A pattern found among the factors of a product: what is left, and where a result would stand."""

    env: Env
    rest: Product
    labels: Labels
    place: int

    @property
    def shape(self) -> Shape:
        """The shape of what was found."""
        return tuple(self.rest.sizes[label] for label in self.labels)

    def put(self, new: Expr) -> Expr:
        """The product with `new` at the place of the first factor that was found."""
        factors = list(self.rest.factors)
        factors.insert(self.place, Factor(new, ONE, self.labels))
        return Product(self.rest.number, factors, self.rest.out, self.rest.sizes).build()


class FoundTerms(NamedTuple):
    """A multiple of a pattern sum found among the terms of a sum, and the terms left."""

    env: Env
    multiple: Number
    rest: list[Expr]
    place: int
    shape: Shape

    def put(self, new: Expr) -> Expr:
        """The sum with `new` at the place of the first term that was found."""
        rest = list(self.rest)
        rest.insert(self.place, scale(number(self.multiple), new))
        return add(*rest)


class FoundNode(NamedTuple):
    """A pattern that is a whole node."""

    env: Env
    shape: Shape

    def put(self, new: Expr) -> Expr:
        return new


def match(pattern: Expr, subject: Expr, env: Env = EMPTY) -> Iterator[Env]:
    """All ways (a bounded number) in which the pattern is the subject."""
    op = pattern.op
    if op == "symbol":
        yield from _match_variable(pattern, subject, env)
    elif op == "number":
        if unspread(subject) is pattern:
            yield env
    elif op == "constant":
        yield from _match_constant(pattern, subject, env)
    elif op == "add":
        if subject.op == "add" and len(subject.args) <= WIDEST:
            yield from _match_terms(list(pattern.args), list(subject.args), env)
    elif is_product(pattern):
        yield from _match_whole(pattern, subject, env)
    elif subject.op == op and subject.attr == pattern.attr and len(subject.args) == len(pattern.args):
        yield from _match_each(pattern.args, subject.args, env)


def _match_variable(variable: Expr, subject: Expr, env: Env) -> Iterator[Env]:
    if "dimension" in variable.attr.properties:
        dim = env.sizes.get(variable.attr.name)
        if dim is not None and size_scalar(dim) is subject:
            yield env
        return
    fitted: Env | None = env
    if variable.shape:
        fitted = env.fit(variable.shape, subject.shape)
    bound = fitted.bind(variable, subject) if fitted is not None else None
    if bound is not None:
        yield bound


def _match_constant(pattern: Expr, subject: Expr, env: Env) -> Iterator[Env]:
    if not pattern.shape:
        if unspread(subject) is pattern:
            yield env
    elif subject.op == "constant" and subject.attr == pattern.attr:
        fitted = env.fit(pattern.shape, subject.shape)
        if fitted is not None:
            yield fitted


def _match_each(patterns: tuple[Expr, ...], subjects: tuple[Expr, ...], env: Env) -> Iterator[Env]:
    if not patterns:
        yield env
        return
    for found in match(patterns[0], subjects[0], env):
        yield from _match_each(patterns[1:], subjects[1:], found)


def repeats(factors: Iterable[Factor]) -> int:
    """How often the most frequent base occurs."""
    bases = [factor.base for factor in factors]
    return max(map(bases.count, bases), default=0)


class _State(NamedTuple):
    """Where the search among factors stands: the factors left, what labels mean, where scalars lie."""

    env: Env
    left: tuple[Factor, ...]
    table: dict[int, int]
    lift: Labels | None
    turns: bool  # whether a matrix variable may stand for a transposed factor
    whole: Product  # all factors
    out: Labels = ()  # labels of the pattern that may lie on one: its diagonal, as in a trace


def find_in_product(pattern: Product, subject: Product, env: Env = EMPTY) -> Iterator[Found]:
    """The pattern's factors among the subject's, at most `WIDEST`; a scalar pattern along any one group of labels."""
    ranked = bool(pattern.sizes)
    if ranked and not subject.sizes:
        return
    left, lift = tuple(subject.factors), () if ranked else None
    start = _State(env, left, {}, lift, len(pattern.factors) > 1, subject, pattern.out)
    alone = len(pattern.factors) == 1  # a rule about one power: ‖x‖² is not looked for inside ‖x‖³
    for state in _match_factors(_solid_first(pattern.factors), start, alone):
        labels = tuple(state.table[label] for label in pattern.out) if ranked else state.lift or ()
        stay = {*subject.out, *labels, *chain.from_iterable(factor.labels for factor in state.left)}
        met = {*state.table.values(), *chain.from_iterable(factor.labels for factor in subject.factors)}
        sizes = {label: dim for label, dim in subject.sizes.items() if label in stay or label not in met}
        rest = Product(ratio(subject.number, pattern.number), list(state.left), subject.out, sizes)
        kept = zip(subject.factors, state.left, strict=False)
        place = next((k for k, (given, left) in enumerate(kept) if given is not left), len(state.left))
        if not ranked or _sums_inside(pattern, state, subject.out):
            yield Found(state.env, rest, labels, place)


def _match_whole(pattern: Expr, subject: Expr, env: Env) -> Iterator[Env]:
    """The pattern product is the whole subject; bare scalar variables share what the others leave."""
    wanted, given = product(pattern), product(subject)
    if len(given.factors) > WIDEST:
        return
    share = ratio(given.number, wanted.number)
    if pattern.shape:
        scalars = [f.base for f in wanted.factors if is_bare(f) and not f.labels]
        left = len(given.factors) + len(scalars) - len(wanted.factors)  # as each of the others is one factor
        if left < 0 or (env.runs == 1 and bool(scalars) == (left == 0 and share == 1)):
            return
        if share != 1 and not _shares_number(wanted.number, share):
            return
        fitted = env.fit(pattern.shape, subject.shape)
        if fitted is None:
            return
        table = dict(zip(wanted.out, given.out, strict=True))
        start = _State(fitted, tuple(given.factors), table, (), len(wanted.factors) > 1, given)
        others = [f for f in wanted.factors if f.labels or not is_bare(f)]
        for state in _match_factors(_solid_first(others), start, True):
            if any(f.labels for f in state.left) or not _sums_inside(wanted, state, given.out):
                continue
            if scalars and (state.left or share != 1):
                yield from _share_out(scalars, Product(share, list(state.left), (), {}), state.env)
            elif not scalars and not state.left and share == 1:
                yield state.env
        return
    if wanted.sizes:
        if share == 1 and given.sizes and not subject.shape:
            yield from _match_inner(wanted, given, env)
        return
    start = _State(env, tuple(given.factors), {}, given.out, False, given)
    bare = [f.base for f in wanted.factors if is_bare(f)]
    solid = [f for f in wanted.factors if not is_bare(f)]
    for state in _match_factors(_solid_first(solid), start, True):
        if not _sums_inside(wanted, state, given.out):
            continue
        if bare and _shares_number(wanted.number, share):
            yield from _share_out(bare, Product(share, list(state.left), given.out, given.sizes), state.env)
        elif not bare and not state.left and share == 1:
            yield state.env


def _match_inner(wanted: Product, given: Product, env: Env) -> Iterator[Env]:
    """A scalar made of arrays, as x'*y is: all factors of one are those of the other."""
    start = _State(env, tuple(given.factors), {}, (), len(wanted.factors) > 1, given)
    for state in _match_factors(_solid_first(wanted.factors), start, True):
        if not state.left and _sums_inside(wanted, state, given.out):
            yield state.env


def _shares_number(wanted: Number, share: Number) -> bool:
    """Whether a bare variable may take the number left: any beside 1, a positive one beside -1."""
    return wanted == 1 or (share > 0 and (wanted == -1 or share == int(share)))


def _share_out(variables: list[Expr], remainder: Product, env: Env) -> Iterator[Env]:
    """Bare variables take the factors that are left: one each, the last all that remain."""
    if len(variables) == 1:
        if remainder.factors or remainder.number != 1:  # a product of two is not u*1
            yield from match(variables[0], remainder.build(), env)
        return
    for k, factor in enumerate(remainder.factors):
        one = Product(1, [factor], remainder.out, remainder.sizes)
        for found in match(variables[0], one.build(), env):
            yield from _share_out(variables[1:], remainder.without([k]), found)


def _match_factors(wanted: list[Factor], state: _State, exact: bool) -> Iterator[_State]:
    """All ways to find the wanted factors among those left; `exact` takes powers only as a whole."""
    if not wanted:
        yield state
        return
    first, others = wanted[0], wanted[1:]
    for k, candidate in enumerate(state.left):
        for placed, turned in _placements(first, candidate, state):
            for env, leftover in _match_factor(first, candidate, placed.env, exact, turned):
                left = (*state.left[:k], *leftover, *state.left[k + 1 :])
                yield from _match_factors(others, placed._replace(env=env, left=left), exact)
    if first.labels and is_bare(first):
        for places, ends in _runs(first, state):
            table = _laid(first.labels, ends, state)
            if table is None:
                continue
            run = Product(1, [state.left[k] for k in places], ends, state.whole.sizes)
            left = tuple(factor for k, factor in enumerate(state.left) if k not in places)
            for env in match(first.base, run.trimmed().build(), state.env):
                yield from _match_factors(others, state._replace(table=table, env=env, left=left), exact)


def _runs(wanted: Factor, state: _State) -> Iterator[tuple[list[int], Labels]]:
    """Runs of several factors of a chain that a variable may stand for, by place, and the labels at their ends."""
    known = state.env.values.get(wanted.base)
    if known is None:
        shortest, longest = 2, state.env.runs
    else:
        shortest = longest = len(product(known).factors) if is_product(known) else 1
    if longest < 2:
        return
    met = Counter(label for factor in state.whole.factors for label in factor.labels)
    for k, start in enumerate(state.left):
        for first, end in _directions(start):
            places = [k]
            while len(places) < longest and met[end] == 2 and end not in state.whole.out:
                found = next((j for j, f in enumerate(state.left) if j not in places and end in f.labels), None)
                if found is None:
                    break
                places.append(found)
                beyond = [last for near, last in _directions(state.left[found]) if near == end]
                if not beyond and len(state.left[found].labels) != 1:
                    break
                if len(places) >= shortest and len(beyond) == len(wanted.labels) - 1 and first not in beyond:
                    yield places[:], (first, *beyond)
                if not beyond:
                    break
                end = beyond[0]


def _directions(factor: Factor) -> tuple[tuple[int, int], ...]:
    """The ways through a factor that is a matrix, from one label to the other."""
    if len(factor.labels) != 2 or factor.exponent is not ONE or factor.labels[0] == factor.labels[1]:
        return ()
    first, last = factor.labels
    return (first, last), (last, first)


def _placements(wanted: Factor, candidate: Factor, state: _State) -> Iterator[tuple[_State, bool]]:
    """The ways the wanted labels lie on the candidate's, and whether the candidate is transposed for that."""
    if not wanted.labels:
        if state.lift is None:
            yield state._replace(lift=candidate.labels), False
        elif state.lift == candidate.labels:
            yield state, False
        return
    labels = candidate.labels
    orders = [(labels, False)]
    if len(labels) == 2 and labels[0] != labels[1]:
        if is_symmetric(candidate.base):
            orders.append((labels[::-1], False))
        elif state.turns and is_bare(wanted):
            orders.append((labels[::-1], True))
    for order, turned in orders:
        table = _laid(wanted.labels, order, state)
        if table is not None:
            yield state._replace(table=table), turned


def _laid(wanted: Labels, labels: Labels, state: _State) -> dict[int, int] | None:
    """The table with these labels too; two lie on one target only where both are of the pattern's result."""
    if len(wanted) != len(labels):
        return None
    table = dict(state.table)
    for label, target in zip(wanted, labels, strict=True):
        if label in table:
            if table[label] != target:
                return None
        elif any(met == target and not {label, known} <= {*state.out} for known, met in table.items()):
            return None
        else:
            table[label] = target
    return table


def _match_factor(
    wanted: Factor, candidate: Factor, env: Env, exact: bool, turned: bool
) -> Iterator[tuple[Env, tuple[Factor, ...]]]:
    """The wanted power in a factor, with what a larger power leaves over."""
    if is_bare(wanted):
        for found in match(wanted.base, transpose(candidate.value) if turned else candidate.value, env):
            yield found, ()
        return
    if wanted.exponent.op != "number":
        if candidate.exponent is ONE:
            return  # u^a means a power
        for found in match(wanted.base, candidate.base, env):
            for deeper in match(wanted.exponent, candidate.exponent, found):
                yield deeper, ()
        return
    leftover = _leftover(wanted.exponent, candidate)
    if leftover is None or (exact and leftover):
        return
    for found in match(wanted.base, candidate.base, env):
        yield found, leftover


def _leftover(exponent: Expr, candidate: Factor) -> tuple[Factor, ...] | None:
    """What stays of a power when base^exponent is taken out of it; None where it can't be."""
    if exponent is candidate.exponent:
        return ()
    if candidate.exponent.op != "number":
        return None
    have, take = candidate.exponent.attr, exponent.attr
    if (have > 0) != (take > 0) or abs(have) < abs(take) or isinstance(have, float):
        return None
    return (candidate._replace(exponent=number(have - take)),)


def _sums_inside(pattern: Product, state: _State, out: Labels) -> bool:
    """Whether what the pattern sums over is met by none of the factors left, nor by the result."""
    summed = {state.table[label] for label in pattern.sizes if label not in pattern.out}
    return not any(label in summed for group in (out, *(f.labels for f in state.left)) for label in group)


def is_bare(factor: Factor) -> bool:
    return factor.base.op == "symbol" and factor.exponent is ONE


def _solid_first(factors: list[Factor]) -> list[Factor]:
    """Functions before variables, those of a size alone, which another has to tell, behind the others."""
    return sorted(factors, key=lambda f: (is_bare(f), f.base.op == "symbol", not any(a.shape for a in f.base.args)))


def ratio(a: Number, b: Number) -> Number:
    """a / b, exact while both are, and 1 where they are equal."""
    if abs(a) == abs(b):
        return 1 if a == b else -1
    if isinstance(a, float) or isinstance(b, float):
        return a / b
    if isinstance(a, int) and isinstance(b, int) and a % b == 0:
        return a // b
    quotient = Fraction(a) / Fraction(b)
    return quotient.numerator if quotient.denominator == 1 else quotient


# Sums


def find_in_sum(pattern: Expr, subject: Expr, env: Env = EMPTY) -> Iterator[FoundTerms]:
    """A numeric multiple of the pattern sum among the terms of a sum."""
    if len(subject.args) > WIDEST:
        return
    wanted = sorted(map(_split_term, pattern.args), key=lambda term: term[1] is ONE)
    given = [_split_term(term) for term in subject.args]
    for found in _match_sum(wanted, list(range(len(given))), given, env, None):
        used = set(range(len(given))).difference(found.left)
        rest = [subject.args[k] for k in found.left]
        yield FoundTerms(found.env, found.multiple, rest, min(used), subject.shape)


def _split_term(term: Expr) -> tuple[Number, Expr]:
    scalar = unspread(term)
    if scalar is not None and scalar.op == "number":
        return scalar.attr, ONE
    return split_number(term)


class _Left(NamedTuple):
    env: Env
    multiple: Number
    left: list[int]


def _match_sum(
    wanted: list[tuple[Number, Expr]],
    left: list[int],
    given: list[tuple[Number, Expr]],
    env: Env,
    multiple: Number | None,
) -> Iterator[_Left]:
    """All ways to find one multiple of the wanted terms among the given ones that are left."""
    if not wanted:
        yield _Left(env, 1 if multiple is None else multiple, left)
        return
    (value, pattern), others = wanted[0], wanted[1:]
    for k in left:
        have, e = given[k]
        times = ratio(have, value)
        if (pattern is ONE) != (e is ONE) or (multiple is not None and times != multiple):
            continue
        for found in match(pattern, e, env):
            yield from _match_sum(others, [j for j in left if j != k], given, found, times)


def _match_terms(wanted: list[Expr], left: list[Expr], env: Env) -> Iterator[Env]:
    """The wanted terms are all the terms; a bare variable, tried last, takes all that are left."""
    wanted = sorted(wanted, key=lambda e: e.op == "symbol")
    if len(wanted) == 1 and wanted[0].op == "symbol" and left:
        yield from match(wanted[0], add(*left), env)
        return
    if not wanted:
        if not left:
            yield env
        return
    for k, term in enumerate(left):
        for found in match(wanted[0], term, env):
            yield from _match_terms(wanted[1:], left[:k] + left[k + 1 :], found)
