"""Functions of numbers of a model, by the laws they obey: exp, log, powers, sin and cos, their inverses, gamma."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import Any

from symdiff.equality.models.fields import Pair, power, times
from symdiff.equality.models.residues import Model, NoLaw, NoValue, Residue

Terms = tuple[tuple[int, Fraction], ...]  # which numbers, with their exponents

_HALF = Fraction(1, 2)
_EXPONENTS = [sign * Fraction(n, d) for n, d in ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (4, 1)) for sign in (1, -1)]
_BASIS = 8  # numbers of which products are looked through for a logarithm
_FEW = 5  # and of three
_LARGEST = 60  # shift of gamma that is worked out, and factors of numbers
_FACTORED = 10**12
_LARGEST_WHOLE = 10**6  # that a number of unknown parts is taken to be


def exp(u: Residue) -> Residue:
    """Of multiples of logarithms powers, of the rest a power of the base."""
    model = u.model
    if u.exact == 0:
        return model.one
    for known, value in model.exps:
        if known.is_one_with(u):
            return value
    for number, value in model.logs:
        if value.is_one_with(u):
            return number
    rest, result = u, model.one
    for key in u.parts:
        if key == "" or key == "pi":
            continue
        if key[0] != "log":
            raise NoLaw("the exponential of an angle")
        base, log_of = model.logs[int(key[1])]
        rational, other = u.split(key)
        result, rest = result * base.root(rational), rest - log_of * rational
        if other is not None:
            result, rest = result * _exp_of_rest(_bare(log_of) * _bare(other)), rest - log_of * other
    if not rest.is_zero:
        result = result * _exp_of_rest(rest)
    result = Residue(model, result.residues)
    model.exps.append((u, result))
    return result


def _bare(u: Residue) -> Residue:
    """A number of whose parts nothing is known."""
    return Residue(u.model, u.residues)


def _exp_of_rest(u: Residue) -> Residue:
    model, found = u.model, []
    hidden = model.opaque("exp", u.residues)
    for place, (field, above) in enumerate(zip(model.fields, model.above["e"], strict=True)):
        if above is not None and field.base is not None:
            found.append(pow(field.base, u.residues[above], field.p))
        elif place == 0:
            raise NoLaw("an exponential too deep inside others")
        else:
            found.append(hidden.residues[place])
    return Residue(model, found)


def log(u: Residue) -> Residue:
    """Of numbers by their prime factors, of products and powers of what was met by theirs; else something new."""
    model = u.model
    if u.exact is not None:
        if u.exact <= 0:
            raise NoValue("logarithm of a negative number")
        total = model.zero
        for n, sign in ((u.exact.numerator, 1), (u.exact.denominator, -1)):
            for factor, times_it in _factors(n):
                total = total + _new_log(model.exact(factor)) * (sign * times_it)
        return total
    if u.sign() <= 0:
        raise NoValue("logarithm of a negative number")
    if u.residues[0] == 1:
        return model.zero
    known = [*model.exps, *((value, number) for number, value in model.logs)]
    for value, number in known:
        if number.agrees_with(u):
            return value
    return _log_of_product(u, known) or _new_log(u)


def _new_log(u: Residue) -> Residue:
    model = u.model
    for number, value in model.logs:
        if number.agrees_with(u):
            return value
    found = model.atom(("log", len(model.logs)), u.residues)
    model.logs.append((u, found))
    return found


def _log_of_product(u: Residue, known: list[tuple[Residue, Residue]]) -> Residue | None:
    """The logarithm of a product of powers of at most three numbers whose logarithms are known."""
    field, wanted = u.model.fields[0], u.residues[0]
    singles, pairs = _products(u.model, known[:_BASIS])
    product = singles.get(wanted) or _completed(singles, singles, wanted, field.p)
    product = product or _completed(singles, pairs, wanted, field.p)
    if product is None:
        return None
    return sum((known[k][0] * exponent for k, exponent in product), u.model.zero)


def _products(model: Model, known: list[tuple[Residue, Residue]]) -> tuple[dict[int, Terms], dict[int, Terms]]:
    """The powers of numbers, and the products of two of few numbers; they are kept until there are more."""
    if len(known) != model.products[0]:
        field = model.fields[0]
        singles: dict[int, Terms] = {}
        for k, (_, number) in enumerate(known):
            for exponent in _EXPONENTS:
                value = field.root(number.residues[0], exponent.numerator, exponent.denominator)
                singles.setdefault(value, ((k, exponent),))
        few = list(singles.items()) if 2 < len(known) <= _FEW else []
        pairs = {a * b % field.p: s + t for (a, s), (b, t) in combinations(few, 2) if s[0][0] != t[0][0]}
        model.products = (len(known), singles, pairs)
    return model.products[1:]


def _completed(singles: Mapping[int, Terms], others: Mapping[int, Terms], wanted: int, p: int) -> Terms | None:
    """The inverse of a power times what makes the wanted number of it."""
    for value, ((k, exponent),) in singles.items():
        rest = others.get(wanted * value % p)
        if rest is not None and all(k != other for other, _ in rest):
            return (*rest, (k, -exponent))
    return None


def _factors(n: int) -> Iterator[tuple[int, int]]:
    """The prime factors of a number and how often each divides it; of a large one it may itself be left."""
    q = 2
    while q * q <= n and q < 10**4:
        count = 0
        while n % q == 0:
            n, count = n // q, count + 1
        if count:
            yield q, count
        q += 1
    if n > 1:
        yield n, 1


def real_power(base: Residue, exponent: Residue) -> Residue:
    """base^exponent, of a negative base for whole exponents alone."""
    if exponent.exact is not None:
        if exponent.exact.denominator == 1:
            if abs(exponent.exact) > _FACTORED:
                raise NoLaw("a large exponent")
            return base ** int(exponent.exact)
        return base.root(exponent.exact)
    if base.exact == 1:
        return base
    return exp(log(base) * exponent)


# --- angles


def rotation(u: Residue) -> tuple[Residue, Residue]:
    """cos and sin: of multiples of π roots of unity, of angles that were met powers, of the rest a power of one."""
    model = u.model
    if u.exact == 0:
        return model.one, model.zero
    rest = u
    turned: list[Pair] = [(1, 0)] * len(model.fields)
    for key in u.parts:
        rational, other = u.split(key)
        if key == "" or key[0] == "log" or (key == "pi" and other is not None):
            continue
        if key == "pi":
            found = [field.turned(rational.numerator, 2 * rational.denominator) for field in model.fields]
            if None in found:
                raise NoLaw("a fraction of π that the fields do not have")
            unit, rest = [pair or (1, 0) for pair in found], rest - model.pi * rational
        else:
            if rational.denominator == 2:
                return _half(u)
            if rational.denominator != 1 or other is not None:
                raise NoLaw("a fraction of an angle")
            cosine, sine, angle = model.angles[int(key[1])]
            pairs = zip(cosine.residues, sine.residues, model.primes, strict=True)
            unit, rest = [power((c, s), int(rational), p) for c, s, p in pairs], rest - angle * rational
        turned = [times(a, b, p) for a, b, p in zip(turned, unit, model.primes, strict=True)]
    if not rest.is_zero:
        hidden = model.opaque("rotation", rest.residues)
        for place, (field, above) in enumerate(zip(model.fields, model.above["c"], strict=True)):
            if above is not None and field.rotation is not None:
                unit_here = power(field.rotation, rest.residues[above], field.p)
            elif place == 0:
                raise NoLaw("sin or cos too deep inside others")
            else:
                unit_here = _unit(hidden.residues[place], field.p)
            turned[place] = times(turned[place], unit_here, field.p)
    return Residue(model, [c for c, _ in turned]), Residue(model, [s for _, s in turned])


def _half(u: Residue) -> tuple[Residue, Residue]:
    """cos and sin of r·π ± A/2 with an acute angle A, where that range lies in one quadrant."""
    start = u.parts.get("pi", Fraction(0))
    angles = [value for key, value in u.parts.items() if key not in ("", "pi")]
    if len(angles) != 1 or not isinstance(start, Fraction) or abs(angles[0]) != _HALF or "" in u.parts:
        raise NoLaw("a fraction of an angle")
    end = start + angles[0] / 2  # in units of π, A being at most a half
    quadrant = (2 * min(start, end)) // 1
    if 2 * max(start, end) > quadrant + 1:
        raise NoLaw("a fraction of an angle")
    doubled = rotation(u * 2)[0]
    cosine, sine = ((1 + doubled) / 2).root(_HALF), ((1 - doubled) / 2).root(_HALF)
    return cosine if quadrant % 4 in (0, 3) else -cosine, sine if quadrant % 4 in (0, 1) else -sine


def _unit(t: int, p: int) -> Pair:
    norm = pow(1 + t * t, -1, p)
    return (1 - t * t) * norm % p, 2 * t * norm % p


def angle_of(cosine: Residue, sine: Residue) -> Residue:
    """The angle between -π and π with this cosine and sine: one between 0 and π/2, and its quadrant."""
    model = cosine.model
    right, up = cosine.sign(), sine.sign()
    if not right:
        return model.pi * (_HALF * up)
    if not up:
        return model.zero if right > 0 else model.pi
    acute = _acute(abs(cosine), abs(sine))
    placed = acute if right > 0 else model.pi - acute
    return placed if up > 0 else -placed


def _acute(cosine: Residue, sine: Residue) -> Residue:
    """An angle between 0 and π/2: one that follows from those that were met, it or its complement; else a new one."""
    model = cosine.model
    found = _known_angle(cosine, sine)
    if found is not None:
        return found
    complement = _known_angle(sine, cosine)
    if complement is not None:
        return model.pi * _HALF - complement
    found = model.atom(("angle", len(model.angles)), cosine.residues, sine.residues)
    model.angles.append((cosine, sine, found))
    return found


def _known_angle(cosine: Residue, sine: Residue) -> Residue | None:
    """An acute angle that was met, a usual part of π, a sum, a difference, a double or a half."""
    model = cosine.model
    for a, b, angle in model.angles:
        if a.agrees_with(cosine) and b.agrees_with(sine):
            return angle
    rational = _of_pi(cosine, sine)
    if rational is not None:
        return model.pi * rational
    known = model.angles[:_BASIS]
    for k, (a, b, angle) in enumerate(known):
        for c, d, other in known[k:]:
            c_of, s_of = a * c - b * d, b * c + a * d
            if _is_up_to_sign(c_of, cosine) and _is_up_to_sign(s_of, sine):  # a sum is between 0 and π
                _require_positive(s_of)
                return angle + other if c_of.sign() > 0 else model.pi - angle - other
            c_of, s_of = a * c + b * d, b * c - a * d
            if _is_up_to_sign(c_of, cosine) and _is_up_to_sign(s_of, sine):  # a difference between -π/2 and π/2
                _require_positive(c_of)
                return angle - other if s_of.sign() > 0 else other - angle
    c_of, s_of = cosine * cosine - sine * sine, 2 * cosine * sine
    for a, b, angle in known:
        for x, y, double in ((a, b, angle), (b, a, model.pi * _HALF - angle)):
            if _is_up_to_sign(c_of, x) and _is_up_to_sign(s_of, y):
                return (double if c_of.sign() > 0 else model.pi - double) / 2
    return None


def _require_positive(u: Residue) -> None:
    if u.sign() <= 0:
        raise NoValue("a sign is not what it is in fact")


def _is_up_to_sign(a: Residue, b: Residue) -> bool:
    return (a * a).agrees_with(b * b)


def _of_pi(cosine: Residue, sine: Residue) -> Fraction | None:
    """The acute angle as a fraction of π, where it is a usual one."""
    field = cosine.model.fields[0]
    for n, d in ((1, 4), (1, 6), (1, 3), (1, 5), (2, 5), (1, 8), (3, 8), (1, 12), (5, 12), (1, 10), (3, 10)):
        if field.turned(n, 2 * d) == (cosine.residues[0], sine.residues[0]):
            return Fraction(n, d)
    return None


# --- by name


def _asin(x: Residue) -> Residue:
    return angle_of((1 - x * x).root(_HALF), x)


def _atan(x: Residue) -> Residue:
    r = (1 + x * x).root(_HALF)
    return angle_of(r.inverse(), x / r)


def _atan2(y: Residue, x: Residue) -> Residue:
    r = (x * x + y * y).root(_HALF)
    if r.is_zero:
        raise NoLaw("the angle of 0")
    return angle_of(x / r, y / r)


def _asinh(x: Residue) -> Residue:
    return log(x + (x * x + 1).root(_HALF))


def _acosh(x: Residue) -> Residue:
    if (x - 1).sign() < 0:
        raise NoValue("acosh below 1")
    return log(x + (x - 1).root(_HALF) * (x + 1).root(_HALF))


def _odd(name: str) -> Callable[[Residue], Residue]:
    def function(x: Residue) -> Residue:
        sign = x.sign()
        return x.model.opaque(name, (x * sign).residues) * sign

    return function


def _floor(x: Residue) -> Residue:
    if x.exact is not None:
        return x.model.exact(x.exact // 1)
    whole = x.residues[0]
    if whole < _LARGEST_WHOLE or x.model.primes[0] - whole < _LARGEST_WHOLE:  # log(8)/log(2)
        return x.model.exact(whole if whole < _LARGEST_WHOLE else whole - x.model.primes[0])
    return x.model.opaque("floor", (x - x.shift).residues) + x.shift


def _gamma(x: Residue) -> Residue:
    """By its shift."""
    if x.exact is not None and x.exact.denominator == 1 and x.exact < _LARGEST:
        if x.exact <= 0:
            raise NoValue("a pole")
        return x.model.exact(factorial(int(x.exact) - 1))
    n = x.shift
    if abs(n) > _LARGEST:
        raise NoLaw("a large shift")
    start = x - n
    value = x.model.pi.root(_HALF) if start.exact == _HALF else x.model.opaque("gamma", start.residues)
    for k in range(abs(n)):
        value = value * (start + k) if n > 0 else value / (start - k - 1)
    return value


def _polygamma(order: Residue, x: Residue) -> Residue:
    """By its shift."""
    if order.exact is None or order.exact.denominator != 1 or order.exact < 0 or abs(x.shift) > _LARGEST:
        return x.model.opaque("polygamma", order.residues, x.residues)
    k, n = int(order.exact), x.shift
    start = x - n
    value = x.model.opaque("polygamma", k, start.residues)
    for j in range(abs(n)):
        step = (start + j if n > 0 else start - j - 1) ** -(k + 1) * ((-1) ** k * factorial(k))
        value = value + step if n > 0 else value - step
    return value


FUNCTIONS: dict[str, Callable[..., Residue]] = {
    "exp": exp,
    "log": log,
    "sin": lambda x: rotation(x)[1],
    "cos": lambda x: rotation(x)[0],
    "asin": _asin,
    "atan": _atan,
    "atan2": _atan2,
    "asinh": _asinh,
    "acosh": _acosh,
    "erf": _odd("erf"),
    "floor": _floor,
    "gamma": _gamma,
    "polygamma": _polygamma,
    "real": lambda x: x,
    "conj": lambda x: x,
    "imag": lambda x: x.model.zero,
}


def function(model: Model, name: str, *args: Residue) -> Residue:
    """A function of numbers; of one without laws all that is known is that it depends on them alone."""
    known: Any = FUNCTIONS.get(name)
    return known(*args) if known is not None else model.opaque(name, *(x.residues for x in args))
