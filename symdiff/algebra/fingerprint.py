"""A canonical fingerprint: equal for expressions that are equal up to rearrangement.

The fingerprint of a sum is the sum of the fingerprints of its terms modulo a prime, numbers multiply it, and a
product adds exponents per base: so nesting, order and numeric content of sums and products do not matter, and nested
nodes never have to be unfolded. A product with axes is canonised as a labelled graph (colour refinement, then a
bounded search over what stays ambiguous), which covers transposes, rotated traces and renamed labels; a skew factor
that is turned for it counts with a minus, and what equals minus itself is 0. At the bound the written order counts,
so the answer errs towards "different". The hash is keyed by nothing: it is the same in
every process.
"""

from __future__ import annotations

from _blake2 import blake2b  # that of hashlib, without OpenSSL, which hashlib loads
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from symdiff.algebra.build import power, unspread
from symdiff.algebra.einsum import einsum, is_structural
from symdiff.algebra.fact import Fact
from symdiff.algebra.facts import facts, is_skew, is_symmetric
from symdiff.algebra.leaves import ONE, Array, is_constant, number
from symdiff.algebra.views import Contraction, contraction
from symdiff.expr import Expr, recall, remember, worked_out

_PRIME = 2**127 - 1
_BRANCHES = 200  # leaves of the search for a canonical labelling
_COLOURED = 20_000  # factors coloured in that search


def fingerprint(e: Expr) -> bytes:
    """128 bits, equal for things equal up to commutation, scalar transposes, rotated traces and label names."""
    return _value(e).to_bytes(16, "big")


def opposite(found: bytes) -> bytes:
    """The fingerprint of minus the thing."""
    return (-int.from_bytes(found, "big") % _PRIME).to_bytes(16, "big")


def vanishes(e: Expr) -> bool:
    """Whether a product is 0 by the symmetry of its factors: it equals minus itself, as x'*K*x for a skew K."""
    return e.op == "einsum" and any(map(is_skew, e.args[1:])) and not _value(e)


def same(a: Expr, b: Expr) -> bool:
    """Whether two expressions are one up to rearrangement."""
    return a is b or (a.shape == b.shape and _value(a) == _value(b))


def may_meet(es: Sequence[Expr]) -> bool:
    """Whether any two may have one fingerprint, or opposite ones: not where the symbols in them tell them apart."""
    ends = [_ends(e) for e in es]
    if None not in ends and len({*ends}) == len(es):
        return False
    found = {_letters(e) & ~_SUM for e in es}
    return len(found) < len(es) or (_ANYTHING & ~_SUM in found and len(es) > 1)


def _ends(e: Expr) -> Hashable | None:
    """Which symbols, and which axes of theirs, run along the axes of a product of symbols; None of anything else."""
    if not e.shape or (e.op != "symbol" and e.op != "einsum"):
        return None
    axes = tuple(range(len(e.shape)))
    factors = [(e, axes)] if e.op == "symbol" else zip(e.args[1:], e.attr, strict=False)
    out = axes if e.op == "symbol" else e.attr[-1]
    met: dict[int, set[tuple[Expr, int]]] = {label: set() for label in out}
    for operand, own in factors:
        if operand.op != "symbol":
            return None
        for place, label in enumerate(own):
            if label in met:
                met[label].add((operand, 0 if _symmetry(operand) else place))
    return tuple([frozenset(met[label]) for label in out])


_ANYTHING = -1  # all bits
_SUM = 1 << 61  # the bit of what holds a sum


def degrees(powers: Mapping[Expr, Any]) -> Hashable | None:
    """What a product of powers has in common with all that have its fingerprint; None where that is not known.

    The bases are neither sums nor products. The exponents are added up of those with the same symbols.
    """
    found: dict[int, Any] = {}
    for base, exponent in powers.items():
        letters = _letters(base)
        if letters == _ANYTHING:
            return None
        found[letters & ~_SUM] = found.get(letters & ~_SUM, 0) + exponent
    return frozenset([item for item in found.items() if item[1]])


def _letters(e: Expr) -> int:
    """Bits for the symbols in e, sizes left out; all bits where not all of them may count.

    That is where terms of a sum may meet, where a minus may turn something round, and where an exponent is no number.
    """
    letters: int = worked_out(e, "letters", _own_letters)
    return letters


def _own_letters(e: Expr) -> int:
    args: list[int] = [recall(arg, "letters") for arg in e.args]
    found = 0
    for letters in args:
        found |= letters
    if e.op == "add":
        return found | _SUM if not found & _SUM and len(set(args)) == len(args) else _ANYTHING
    if e.op == "symbol":
        name, properties = e.attr
        letter = 1 << int.from_bytes(name.encode("utf-8", "surrogatepass"), "big") % 61
        return _ANYTHING if "skew" in properties else 0 if "dimension" in properties else letter
    if e.op == "constant":
        return _ANYTHING if isinstance(e.attr, Array) else 0
    return _ANYTHING if e.op == "mul" and any(k.op != "number" for k in e.args[2::2]) else found


def _value(e: Expr) -> int:
    value: int = worked_out(e, "fingerprint", _compute)
    return value


def _hash(*parts: Any) -> int:
    text = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=16).digest(), "big") % _PRIME


@lru_cache(4096)
def _modular(value: int | Fraction | float) -> int:
    """A number as an element of the field; what has no place there (inf, nan) by its hash."""
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return _hash("float", repr(value))
        value = Fraction(value)
    if isinstance(value, int):
        return value % _PRIME
    return value.numerator * pow(value.denominator, -1, _PRIME) % _PRIME


def _compute(e: Expr) -> int:
    op = e.op
    if op == "symbol":
        name, properties = e.attr
        return _hash(op, len(properties), name, *sorted(properties), *e.shape)
    if op == "number":
        return _modular(e.attr)
    if op == "add":
        return sum(map(_value, e.args)) % _PRIME
    if op == "mul":
        return _scalar_product(e)
    if op == "einsum":
        return _einsum(e)
    if op == "map" and e.attr == "pow":
        exponent = unspread(e.args[1])
        divisors = _divisors(e)
        if len(divisors) > 1:
            parts, axes = zip(*divisors, strict=True)
            return _value(einsum(ONE, parts, axes, range(e.rank)))
        if exponent is not None and exponent.op == "number" and isinstance(exponent.attr, int):
            axes = tuple(range(e.rank))
            symmetric = int(e.rank == 2 and is_symmetric(e.args[0]))
            return _canonical([(_value(e.args[0]), exponent.attr, axes, symmetric)], axes, e)
    if op == "differential" and e.attr is not None:
        return _hash(op, _value(e.attr), *map(_value, e.args))
    return _hash(op, _stable(e.attr), ",".join(map(str, e.shape)), *map(_value, e.args))


def _stable(attr: Any) -> str:
    """An attr as text that is the same in every process."""
    if isinstance(attr, frozenset):
        return "{" + ",".join(sorted(map(_stable, attr))) + "}"
    if isinstance(attr, tuple):
        return "(" + ",".join(map(_stable, attr)) + ")"
    return f"{type(attr).__name__}:{attr}"


class _Parts:
    """A product of scalars in the making: the number, and exponents per base, by sign and symbolic ones apart.

    Positive and negative exponents are kept apart, so that x²/x is not taken for x. Roots of numbers have exponents
    between 0 and 1, the rest of theirs is in the number: √2·√2 is 2.
    """

    __slots__ = ("negative", "number", "positive", "roots", "symbolic")

    def __init__(self) -> None:
        self.number = 1
        self.positive = self.negative = self.symbolic = 0
        self.roots: dict[int | Fraction, Fraction] = {}

    def put_root(self, base: int | Fraction, exponent: Fraction) -> None:
        total = self.roots.get(base, Fraction(0)) + exponent
        self.number = self.number * pow(_modular(base), total.__floor__(), _PRIME) % _PRIME
        self.roots[base] = total - total.__floor__()

    def put(self, base: Expr, exponent: Expr) -> None:
        if exponent.op == "number":
            power = exponent.attr
            if isinstance(power, int):
                for root, inner_power in _parts_of(base).roots.items():
                    self.put_root(root, inner_power * power)
            if isinstance(power, Fraction) and _is_exact_positive(base):
                self.put_root(base.attr, power)
            elif isinstance(power, int) and power > 0:
                inner = _parts_of(base)
                self.number = self.number * pow(inner.number, power, _PRIME) % _PRIME
                self.positive += power * inner.positive
                self.negative += power * inner.negative
                self.symbolic += power * inner.symbolic
            elif isinstance(power, int) and _parts_of(base).plain:
                inner = _parts_of(base)  # 1/(2·x/y) is 1/2 · 1/x · y
                self.number = self.number * pow(inner.number, power, _PRIME) % _PRIME
                self.negative += power * inner.positive
                self.positive += power * inner.negative
            elif power > 0:
                self.positive += _modular(power) * _base(base)
            else:
                self.negative += _modular(power) * _base(base)
        else:
            self.symbolic += _value(exponent) * _base(base)

    @property
    def plain(self) -> bool:
        """Whether every power is a number and the number in front is not zero."""
        return not self.symbolic and self.number % _PRIME != 0

    def key(self) -> tuple[int, int, int]:
        roots = sum(_modular(exponent) * _hash("root", base) for base, exponent in self.roots.items() if exponent)
        return (self.positive + roots) % _PRIME, self.negative % _PRIME, self.symbolic % _PRIME


def _is_exact_positive(e: Expr) -> bool:
    return e.op == "number" and isinstance(e.attr, int | Fraction) and e.attr > 0


def _base(e: Expr) -> int:
    return _hash("base", _value(e))


def _parts_of(e: Expr) -> _Parts:
    """A scalar as a product: its own parts where it is one, itself to the power 1 otherwise."""
    parts = recall(e, "parts")
    if parts is None:
        settled = _settled(e, contraction(e)) if e.op == "einsum" else e
        parts = _Parts()
        if settled.op == "mul" and settled is not e:
            parts = _parts_of(settled)
        elif e.op == "number":
            parts.number = _modular(e.attr)
        elif e.op == "mul":
            parts.number = _modular(e.args[0].attr)
            for k in range(1, len(e.args), 2):
                parts.put(e.args[k], e.args[k + 1])
        else:
            value = _value(e)
            if value > _PRIME // 2 and e.op == "einsum" and any(map(is_skew, contraction(e).operands)):
                parts.number, value = -1, -value % _PRIME  # a minus that a turned skew factor left inside
            parts.positive = _hash("base", value)
        remember(e, "parts", parts)
    return parts


def _scalar_product(e: Expr) -> int:
    for k in range(1, len(e.args), 2):
        _parts_of(e.args[k])  # arguments before nodes: each is there already, so this never goes deep
    parts = _parts_of(e)
    if len(e.args) == 3 and e.args[2] is ONE:
        return _modular(e.args[0].attr) * _value(e.args[1]) % _PRIME  # 2·(a + b) is 2a + 2b
    return parts.number * _hash("mul", *parts.key()) % _PRIME


def _front(parts: _Parts, body: int) -> int:
    """Scalars in front of a product with axes."""
    key = parts.key()
    return parts.number * (body if key == (0, 0, 0) else _hash("scaled", *key, body)) % _PRIME


def _einsum(e: Expr) -> int:
    flat: Contraction = contraction(e)
    if len(flat.operands) == 1 and is_constant(flat.operands[0], "ones") and flat.labels[0] == flat.out:
        return _value(flat.coefficient) * _value(flat.operands[0]) % _PRIME  # a + b spread is a and b spread
    settled = _settled(e, flat)
    if settled is not e:
        return _value(settled)
    parts = _Parts()
    if flat.coefficient is not ONE:
        parts.put(flat.coefficient, ONE)
    if len(flat.operands) == 1 and flat.labels[0] == flat.out:
        return _front(parts, _value(flat.operands[0]))
    table: dict[tuple[int, tuple[int, ...], int], int] = {}
    for operand, labels in zip(flat.operands, flat.labels, strict=True):
        exponent = 1
        if operand.op == "map" and operand.attr == "pow":
            scalar = unspread(operand.args[1])
            if scalar is not None and scalar.op == "number" and isinstance(scalar.attr, int) and scalar.attr > 0:
                operand, exponent = operand.args[0], scalar.attr
        symmetry = _symmetry(operand) if len(labels) == 2 else 0
        if symmetry and labels[0] > labels[1]:
            labels = labels[::-1]
            parts.number *= symmetry**exponent
        key = (_value(operand), labels, symmetry)
        table[key] = table.get(key, 0) + exponent
    factors = [(value, count, labels, symmetry**count) for (value, labels, symmetry), count in table.items()]
    found = _canonical(factors, flat.out, e)
    if found > _PRIME // 2 and any(symmetry < 0 for *_, symmetry in factors):
        parts.number, found = -parts.number, -found % _PRIME  # of a thing and minus it one has a minus in front
    return _front(parts, found)


def _symmetry(e: Expr) -> int:
    """1 for a symmetric matrix, -1 for a skew one, else 0: what it is multiplied by when it is turned."""
    found = facts(e) if len(e.shape) == 2 and e.shape[0] == e.shape[1] else 0
    return 1 if found & Fact.SYMMETRIC else -1 if found & Fact.SKEW else 0


def _settled(e: Expr, flat: Contraction) -> Expr:
    """The product of the unfolded factors, built anew where they hold scalars or ones; else e."""
    operands: list[Expr] = []
    labels: list[tuple[int, ...]] = []
    for operand, own in zip(flat.operands, flat.labels, strict=True):
        divisors = _divisors(operand) if operand.op == "map" else [(operand, own)]
        operands += [part for part, _ in divisors]
        labels += [own if part is operand else tuple(own[axis] for axis in axes) for part, axes in divisors]
    as_written = len(operands) == len(e.args) - 1 and flat.coefficient is e.args[0]
    if as_written or any(operand.op == "einsum" for operand in operands):
        return e
    free = not flat.out and flat.coefficient is not ONE
    if free or len(operands) > len(flat.operands) or any(map(is_structural, operands)) or _falls_apart(labels):
        return einsum(flat.coefficient, operands, labels, flat.out)
    return e


_Placed = tuple[Expr, tuple[int, ...]]  # a factor and the axes it has of the whole


def _divisors(e: Expr) -> list[_Placed]:
    """1/c, 1./x.^2, 1./y for 1./(c*x.^2.*y), where no factor is a reciprocal itself; else e."""
    found: list[_Placed] = []
    pending: list[_Placed] = [(e, tuple(range(len(e.shape))))]
    while pending:
        part, axes = pending.pop()
        split = _split_divisor(part)
        pending += [(factor, tuple(axes[k] for k in own)) for factor, own in reversed(split)]
        found += [] if split else [(part, axes)]
    return found


def _split_divisor(e: Expr) -> list[_Placed]:
    """The reciprocals of the factors of the product of which e is the reciprocal; none where it is something else."""
    base, exponent = _powered(e)
    if not isinstance(exponent, int) or exponent > 0 or base.op != "einsum":
        return []
    flat = contraction(base)
    axes = {label: axis for axis, label in enumerate(flat.out)}
    found: list[_Placed] = []
    if flat.coefficient is not ONE:
        found.append((power(flat.coefficient, number(exponent)), ()))
    for operands, labels in _summed_together(flat):
        own = tuple(label for label in axes if any(label in each for each in labels))
        part, inner = _powered(operands[0]) if len(operands) == 1 else (einsum(ONE, operands, labels, own), 1)
        if inner is None or inner < 0 or is_constant(part, "eye"):
            return []
        if len(operands) == 1 and (labels[0] != own or len(own) < part.rank):
            part = einsum(ONE, [power(part, number(inner))], labels, own)
            inner = 1
        found.append((power(part, number(inner * exponent)), tuple(axes[label] for label in own)))
    return found if len(found) > 1 else []


def _summed_together(flat: Contraction) -> list[tuple[list[Expr], list[tuple[int, ...]]]]:
    """The factors of a product in groups that no summed label joins."""
    groups: list[tuple[list[Expr], list[tuple[int, ...]]]] = []
    for operand, labels in zip(flat.operands, flat.labels, strict=True):
        summed = {label for label in labels if label not in flat.out}
        joined = [group for group in groups if any(not summed.isdisjoint(own) for own in group[1])]
        groups = [group for group in groups if group not in joined]
        parts = [part for group in joined for part in group[0]]
        own = [each for group in joined for each in group[1]]
        groups.append(([*parts, operand], [*own, labels]))
    return groups


def _powered(e: Expr) -> tuple[Expr, int | Fraction | None]:
    """Base and exponent, element by element; the exponent is None where it is no exact number."""
    if e.op != "map" or e.attr != "pow":
        return e, 1
    exponent = unspread(e.args[1])
    exact = exponent is not None and exponent.op == "number" and isinstance(exponent.attr, int | Fraction)
    return e.args[0], exponent.attr if exponent is not None and exact else None


def _falls_apart(labels: list[tuple[int, ...]]) -> bool:
    """Whether some factors share no label with the others, directly or through more of them."""
    reached, rest = set(labels[0]), labels[1:]
    while rest:
        near = [own for own in rest if not reached.isdisjoint(own)]
        if not near:
            return True
        reached.update(*near)
        rest = [own for own in rest if reached.isdisjoint(own)]
    return False


_Factor = tuple[int, int, tuple[int, ...], int]


def _canonical(factors: list[_Factor], out: tuple[int, ...], e: Expr) -> int:
    """The hash of the least description over all namings of the summed labels; 0 for what is minus itself."""
    colours = {label: 0 for _, _, own, _ in factors for label in own}
    colours.update(zip(out, range(1, len(out) + 1), strict=True))
    best: int | None = None
    signs: set[int] = set()
    leaves = 0
    stack, rounds = [colours], _COLOURED // len(factors)
    while stack:
        colours, rounds = _refine(factors, stack.pop(), rounds)
        if not rounds:
            return _as_written(e)
        classes: dict[int, list[int]] = {}
        for label, colour in colours.items():
            classes.setdefault(colour, []).append(label)
        if len(classes) == len(colours):
            leaves += 1
            found, sign = _describe(factors, colours, out)
            if best is None or found < best:
                best, signs = found, set()
            if found == best:
                signs.add(sign)
            continue
        _, colour = min((len(members), colour) for colour, members in classes.items() if len(members) > 1)
        if leaves + len(stack) > _BRANCHES:
            return _as_written(e)
        for label in classes[colour]:
            stack.append({**colours, label: hash((colour,))})
    assert best is not None
    return sum(signs) * best % _PRIME


def _as_written(e: Expr) -> int:
    """What is too large to be compared up to naming: different from all that is not written so."""
    return _hash("as written", e.attr, *(_value(a) for a in e.args))


def _refine(factors: list[_Factor], colours: dict[int, int], rounds: int) -> tuple[dict[int, int], int]:
    """Colour labels by the factors they stand in and where, until all differ or no class splits further.

    Along a chain the colours spread one factor a round; gives the colours and the rounds that are left. A colour is
    Python's hash of integers: where two meet by chance there is more to search, and nothing else.
    """
    count = len(set(colours.values()))
    while rounds and count < len(colours):
        rounds -= 1
        touched: dict[int, list[int]] = {label: [] for label in colours}
        for value, exponent, labels, symmetry in factors:
            seen = [colours[label] for label in labels]
            colour = hash((value, exponent, symmetry, *(sorted(seen) if symmetry else seen)))
            for place, label in enumerate(labels):
                touched[label].append(hash((colour, 0 if symmetry else place)))
        colours = {label: hash((colours[label], *sorted(seen))) for label, seen in touched.items()}
        after = len(set(colours.values()))
        if after == count:
            break
        count = after
    return colours, rounds


def _describe(factors: list[_Factor], colours: dict[int, int], out: tuple[int, ...]) -> tuple[int, int]:
    """The product with labels numbered by colour: exact, as all colours differ; and the sign of turned skew factors."""
    number = {label: k for k, label in enumerate(sorted(colours, key=colours.__getitem__))}
    rows, sign = [], 1
    for value, exponent, labels, symmetry in factors:
        own = [number[label] for label in labels]
        if symmetry < 0:
            sign *= (own[0] < own[1]) - (own[0] > own[1])  # 0 on the diagonal
        rows.append((value, exponent, tuple(sorted(own) if symmetry else own)))
    return _hash("einsum", [number[label] for label in out], sorted(rows)), sign
