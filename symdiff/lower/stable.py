"""Forms that lose no digits, recognised before lowering: log(1 + exp(x)), 1/(1 + exp(-x)), log(det(X)) …

Each rule looks at one node whose arguments are in stable form already and answers an equal one, or None.
Equal means equal in exact arithmetic wherever the form as written has a value. These are no rules of the books: they
look at coefficients, exponents and axes more freely than a pattern can, and code is made without the rewriter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from symdiff.algebra import (
    ONE,
    add,
    call,
    einsum,
    fmap,
    hadamard,
    is_complex,
    is_real,
    mul,
    neg,
    number,
    ones,
    power,
    rebuild,
    scale,
    split_number,
    spread,
    total,
)
from symdiff.algebra.views import contraction
from symdiff.expr import Expr, postorder
from symdiff.lower.decay import Pairs, argument_of, exp_over, log_of_erfc, log_of_normal, number_of

_TERMS = 4  # log(exp(a) + exp(b) + …) becomes logaddexp up to this many terms

Rule = Callable[[Expr], Expr | None]


def stable(roots: Sequence[Expr]) -> list[Expr]:
    """The expressions with unstable forms replaced."""
    done: dict[Expr, Expr] = {}
    for node in postorder(*roots):
        new = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
        rule = _RULES.get(new.attr if new.op == "map" else new.op)
        done[node] = (rule(new) if rule is not None else None) or new
    return [done[root] for root in roots]


def _log(e: Expr) -> Expr | None:
    (inner,) = e.args
    if inner.op == "add":
        return _log_of_sum(inner)
    if (u := argument_of(inner, "sigmoid")) is not None and not is_complex(u):
        return fmap("logsigmoid", u)
    if (u := argument_of(inner, "gamma")) is not None and not is_complex(u):
        return fmap("lgamma", u)
    if (u := argument_of(inner, "expm1")) is not None and not is_complex(u):
        return add(u, fmap("log", neg(fmap("expm1", neg(u)))))
    if (u := argument_of(inner, "erfc")) is not None and not is_complex(u):
        return log_of_erfc(u)
    if (u := argument_of(inner, "normcdf")) is not None and not is_complex(u):
        return log_of_normal(u)
    if (u := argument_of(inner, "cosh")) is not None and not is_complex(u):
        size = fmap("abs", u)
        return add(size, fmap("softplus", scale(number(-2), size)), spread(neg(fmap("log", number(2))), e.shape))
    if inner.op == "call" and inner.attr[0] == "det" and not is_complex(inner.args[0]):
        return call("logdet", inner.args, (), ())
    if inner.op == "call" and inner.attr[0] == "softmax" and not is_complex(inner):
        return call("log_softmax", inner.args, inner.attr[1], inner.shape)
    return _logsumexp(inner)


def _log_of_sum(inner: Expr) -> Expr | None:
    exponents: list[Expr] = []  # log of each term
    for term in inner.args if len(inner.args) <= _TERMS else ():
        factor, rest = split_number(term)
        u = argument_of(rest, "exp")
        constant = number_of(term)
        if u is not None and factor > 0:
            exponents.append(add(spread(fmap("log", number(factor)), u.shape), u) if factor != 1 else u)
        elif constant is not None and constant > 0:
            exponents.append(spread(fmap("log", number(constant)) if constant != 1 else number(0), inner.shape))
    if len(exponents) == len(inner.args) and not any(map(is_complex, exponents)):
        if len(exponents) == 2 and any(number_of(u) == 0 for u in exponents):
            return fmap("softplus", next((u for u in exponents if number_of(u) != 0), exponents[0]))
        result = exponents[0]
        for u in exponents[1:]:
            result = fmap("logaddexp", result, u)
        return result
    others = [term for term in inner.args if number_of(term) != 1]
    return fmap("log1p", add(*others)) if len(others) == len(inner.args) - 1 else None


def _summed_exp(e: Expr) -> tuple[Expr, list[int | None]] | None:
    """u and, for each of its axes, the axis of e it is (None where summed), where e = Σ exp(u), perhaps
    broadcast.
    """
    if e.op != "einsum":
        return None
    front, operands, labels, out = contraction(e)
    real = [k for k, operand in enumerate(operands) if not (operand.op == "constant" and operand.attr == "ones")]
    if front is not ONE or len(real) != 1 or (u := argument_of(operands[real[0]], "exp")) is None:
        return None
    own = labels[real[0]]
    others = {label for k, names in enumerate(labels) if k != real[0] for label in names}
    axes = [out.index(label) if label in out else None for label in own]
    if len(set(own)) < len(own) or None not in axes or others & set(own) or is_complex(u):
        return None
    return u, axes


def _axis(places: Sequence[int | None]) -> tuple[tuple[str, tuple[int, ...] | None], ...]:
    summed = tuple(k for k, place in enumerate(places) if place is None)
    return (("axis", None if len(summed) == len(places) else summed),)


def _logsumexp(e: Expr) -> Expr | None:
    found = _summed_exp(e)
    if found is None:
        return None
    u, places = found
    kept = [place for place in places if place is not None]
    result = call("logsumexp", (u,), _axis(places), tuple(e.shape[p] for p in kept))
    axes = range(e.rank)
    free = [k for k in axes if k not in kept]
    if not free:
        return einsum(ONE, [result], [kept], axes) if kept else result
    return einsum(ONE, [result, ones([e.shape[k] for k in free])], [kept, free], axes)


def _one_plus_exp(e: Expr) -> Expr | None:
    """v where e = 1 + exp(v)."""
    if e.op != "add" or len(e.args) != 2:
        return None
    for one, other in (e.args, e.args[::-1]):
        if number_of(one) == 1 and (v := argument_of(other, "exp")) is not None:
            return v
    return None


def _squared_norm(base: Expr, exponent: Expr) -> Expr | None:
    """‖u‖² as the sum of squares it is."""
    if base.op != "call" or base.attr[0] != "norm2" or number_of(exponent) != 2 or is_complex(base.args[0]):
        return None
    return total(power(base.args[0], number(2))) if base.attr == ("norm2", (("axis", None),)) else None


def _mul(e: Expr) -> Expr | None:
    """exp(v)^a (1 + exp(v))^-b = sigmoid(v)^a sigmoid(-v)^(b - a)."""
    pairs = list(zip(e.args[1::2], e.args[2::2], strict=True))
    if any(_squared_norm(base, exponent) for base, exponent in pairs):
        return mul(e.args[0], *(_squared_norm(base, p) or power(base, p) for base, p in pairs))
    if any(_hypotenuse(base, exponent) for base, exponent in pairs):
        return mul(e.args[0], *(_hypotenuse(base, p) or power(base, p) for base, p in pairs))
    if (joined := exp_over(pairs) or _root_of_reciprocal(pairs)) is not None:
        return mul(e.args[0], *(power(base, p) for base, p in joined))
    for k, (base, exponent) in enumerate(pairs):
        v = _one_plus_exp(base) if exponent.op == "number" and exponent.attr < 0 else None
        if v is None:
            continue
        rest = pairs[:k] + pairs[k + 1 :]
        up: int | float | Fraction = 0
        for other, (numerator, p) in enumerate(rest):
            if argument_of(numerator, "exp") is v and p.op == "number" and 0 < p.attr <= -exponent.attr:
                up = p.attr
                del rest[other]
                break
        factors = [power(a, p) for a, p in rest]
        factors.append(power(fmap("sigmoid", v), number(up)))
        factors.append(power(fmap("sigmoid", neg(v)), number(-exponent.attr - up)))
        result = mul(e.args[0], *factors)
        return (_mul(result) or result) if result.op == "mul" else result
    return None


def _root_of_reciprocal(pairs: Pairs) -> Pairs | None:
    """x^k*(1 ± x^-2)^p without the reciprocals, as |x|^(k - 2p)*(x^2 ± 1)^p, for half a whole number p."""
    for k, (base, exponent) in enumerate(pairs):
        p = number_of(exponent)
        if not isinstance(p, Fraction) or p.denominator != 2 or base.op != "add" or len(base.args) != 2:
            continue
        one, other = base.args if number_of(base.args[0]) is not None else base.args[::-1]
        sign, rest = split_number(other)
        found = _powers(rest)
        if number_of(one) != 1 or sign not in (1, -1) or found is None or number_of(found[1]) != -2:
            continue
        x = found[0]
        if not is_real(x):
            continue
        place = next((j for j, (b, q) in enumerate(pairs) if b is x and isinstance(number_of(q), int)), None)
        up: int = 0 if place is None else pairs[place][1].attr
        odd = up % 2 if up > 0 else -(up % 2)
        left = [pair for j, pair in enumerate(pairs) if j not in (k, place)]
        inner = (fmap("hypot", x, ONE), number(2 * p)) if sign == 1 else (_factored(x), exponent)
        return [*left, (x, number(odd)), (fmap("abs", x), number(up - odd - 2 * p)), inner]
    return None


def _factored(x: Expr) -> Expr:
    """x^2 - 1, of which x may be near 1."""
    one = spread(ONE, x.shape)
    return hadamard(add(x, neg(one)), add(x, one)) if x.shape else mul(add(x, neg(ONE)), add(x, ONE))


def _hypotenuse(base: Expr, exponent: Expr) -> Expr | None:
    """hypot(u, v)^(2p) where base^exponent is (u² + v²)^p, half a whole number p: u² alone may overflow."""
    p = number_of(exponent)
    if not isinstance(p, Fraction) or p.denominator != 2 or base.op != "add" or len(base.args) != 2:
        return None
    sides = [_side(term) for term in base.args]
    if None in sides or any(map(is_complex, base.args)):
        return None
    u, v = sides
    return power(fmap("hypot", u, v), number(2 * p))  # type: ignore[arg-type]


def _side(term: Expr) -> Expr | None:
    """u where the term is u², or a positive number's root."""
    constant = number_of(term)
    if constant is not None:
        return spread(power(number(constant), number(Fraction(1, 2))), term.shape) if constant > 0 else None
    found = _powers(term)
    return found[0] if found is not None and number_of(found[1]) == 2 else None


def _pow(e: Expr) -> Expr | None:
    if (size := _hypotenuse(*e.args)) is not None:
        return size
    p = number_of(e.args[1])
    v = _one_plus_exp(e.args[0]) if p is not None and p < 0 else None
    return None if v is None or p is None else power(fmap("sigmoid", neg(v)), number(-p))


def _add(e: Expr) -> Expr | None:
    """exp(u) - 1, 1 - sigmoid(u), 1 - cos(u), 1 - tanh(u)^2, 1 - x^2, differences of roots and of digammas."""
    if len(e.args) != 2:
        return None
    for a, b in (e.args, e.args[::-1]):
        constant = number_of(a)
        if constant == -1 and (u := argument_of(b, "exp")) is not None:
            return fmap("expm1", u)
        factor, rest = split_number(b)
        if constant is None or factor == 0:
            continue
        if abs(constant) == abs(factor) and (u := argument_of(rest, "erf")) is not None:
            return scale(number(constant), fmap("erfc", u if constant == -factor else neg(u)))
        if 2 * constant == -factor and (u := argument_of(rest, "sigmoid")) is not None:  # 1 - 2*sigmoid(u)
            return scale(number(-constant), fmap("tanh", scale(number(Fraction(1, 2)), u)))
        if constant != -factor:
            continue
        if (u := argument_of(rest, "exp")) is not None:
            return scale(number(factor), fmap("expm1", u))
        if (u := argument_of(rest, "sigmoid")) is not None:
            return scale(number(constant), fmap("sigmoid", neg(u)))
        if (u := argument_of(rest, "cos")) is not None:
            half = fmap("sin", scale(number(Fraction(1, 2)), u))
            return scale(number(2 * constant), power(half, number(2)))
        base, p = _powers(rest) or (rest, ONE)
        u = argument_of(base, "tanh")
        if u is not None and number_of(p) == 2:
            return scale(number(constant), power(fmap("sech", u), number(2)))
        if u is not None and number_of(p) == -2:  # 1 - coth(u)^2
            return scale(number(-constant), power(fmap("sinh", u), number(-2)))
        if base.op == "symbol" and number_of(p) == 2:  # 1 - x^2, near 1
            return scale(number(-constant), _factored(base))
    return _difference_of_digammas(e) or _difference_of_roots(e)


def _powers(e: Expr) -> tuple[Expr, Expr] | None:
    """base and exponent, where e is one power."""
    if e.op == "mul" and e.args[0] is ONE and len(e.args) == 3:
        return e.args[1], e.args[2]
    return (e.args[0], e.args[1]) if e.op == "map" and e.attr == "pow" else None


def _difference_of_digammas(e: Expr) -> Expr | None:
    """c*digamma(u) - c*digamma(u + s) by what digamma rises from u to u + s."""
    (value, first), (other, second) = map(split_number, e.args)
    if value != -other:
        return None
    for factor, low, high in ((value, first, second), (other, second, first)):
        u, top = argument_of(low, "digamma"), argument_of(high, "digamma")
        if u is not None and top is not None and top.op == "add" and u in top.args:
            rise = add(*(term for term in top.args if term is not u))
            return scale(number(-factor), fmap("digamma_rise", u, rise))
    return None


def _difference_of_roots(e: Expr) -> Expr | None:
    first, second = e.args
    negative = split_number(second)[0] == -1
    left, right = (first, neg(second)) if negative else (second, neg(first))
    a, b = _powers(left), _powers(right)
    if a is None or b is None or number_of(a[1]) != Fraction(1, 2) or number_of(b[1]) != Fraction(1, 2):
        return None
    gap = number_of(add(*_flat(a[0], b[0])))
    return scale(number(gap), power(add(left, right), number(-1))) if gap else None


def _flat(a: Expr, b: Expr) -> list[Expr]:
    """The terms of a - b."""
    return [*(a.args if a.op == "add" else (a,)), *map(neg, b.args if b.op == "add" else (b,))]


def _einsum(e: Expr) -> Expr | None:
    operands, labels = list(e.args[1:]), list(e.attr[:-1])
    for own in dict.fromkeys(labels):
        alike = [k for k, names in enumerate(labels) if names == own]
        pairs = exp_over([_powers(operands[k]) or (operands[k], ONE) for k in alike]) if len(alike) > 1 else None
        if pairs is not None:
            others = [k for k in range(len(operands)) if k not in alike]
            powers = [power(base, p if base.shape == p.shape else spread(p, base.shape)) for base, p in pairs]
            given = [*(operands[k] for k in others), *powers]
            made = einsum(e.args[0], given, [*(labels[k] for k in others), *(own for _ in pairs)], e.attr[-1])
            return (_einsum(made) or made) if made.op == "einsum" else made
    for k, operand in enumerate(operands):
        u = argument_of(operand, "exp")
        if u is None:
            continue
        if (front := _over_sum(e.args[0], u)) is not None:
            operands[k] = call("softmax", (u,), (("axis", None),), u.shape)
            return einsum(front, operands, labels, e.attr[-1])
        for j, other in enumerate(operands):
            joined = None if j == k else _joined(u, labels[k], other, labels[j])
            if joined is not None:
                operands[k] = joined
                del operands[j], labels[j]
                return einsum(e.args[0], operands, labels, e.attr[-1])
    return None


def _joined(u: Expr, own: tuple[int, ...], other: Expr, names: tuple[int, ...]) -> Expr | None:
    """exp(u)·sigmoid(-u)^k as sigmoid(u)·sigmoid(-u)^(k-1); exp(u)/Σexp(u) as softmax(u)."""
    base, p = _powers(other) or (other, None)
    exponent = 1 if p is None else number_of(p)
    if own == names and isinstance(exponent, int) and exponent > 0 and argument_of(base, "sigmoid") is neg(u):
        return einsum(ONE, [fmap("sigmoid", u), power(base, number(exponent - 1))], [own, own], own)
    found = _summed_exp(base) if exponent == -1 else None
    if found is None or found[0] is not u:
        return None
    if all(place is None or names[place] == label for place, label in zip(found[1], own, strict=True)):
        return call("softmax", (u,), _axis(found[1]), u.shape)
    return None


def _over_sum(front: Expr, u: Expr) -> Expr | None:
    """The scalar in front without its 1/Σexp(u), where it has one."""
    if front.op != "mul":
        return None
    for k in range(1, len(front.args), 2):
        base, exponent = front.args[k : k + 2]
        found = _summed_exp(base) if exponent.op == "number" and exponent.attr <= -1 else None
        if found is not None and found[0] is u and not any(place is not None for place in found[1]):
            rest = [power(front.args[j], front.args[j + 1]) for j in range(1, len(front.args), 2) if j != k]
            return mul(front.args[0], power(base, number(exponent.attr + 1)), *rest)
    return None


_RULES: dict[object, Rule] = {"log": _log, "mul": _mul, "pow": _pow, "add": _add, "einsum": _einsum}
