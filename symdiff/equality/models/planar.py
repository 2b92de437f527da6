"""Complex numbers of a model: a real and an imaginary part. Where the latter is 0 the number is the real one."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symdiff.equality.models import functions
from symdiff.equality.models.residues import Model, NoLaw, Residue

Number = Any  # a Residue or a Planar


def planar(re: Residue, im: Residue) -> Number:
    """The number re + i·im."""
    return re if im.is_zero else Planar(re, im)


class Planar:
    """A number that is not real."""

    __slots__ = ("imag", "real")
    exact = None
    has_atoms = False
    is_zero = False

    def __init__(self, real: Residue, imag: Residue) -> None:
        self.real = real
        self.imag = imag

    @property
    def model(self) -> Model:
        return self.real.model

    @property
    def residues(self) -> list[int]:
        return [*self.real.residues, *self.imag.residues]

    def agrees_with(self, other: Number) -> bool:
        return isinstance(other, Planar) and (self.real - other.real).is_zero and (self.imag - other.imag).is_zero

    def sign(self) -> int:
        raise NoLaw("the order of complex numbers")

    def conjugate(self) -> Number:
        return Planar(self.real, -self.imag)

    def __add__(self, other: Any) -> Number:
        if isinstance(other, Planar):
            return planar(self.real + other.real, self.imag + other.imag)
        total = self.real + other
        return Planar(total, self.imag) if isinstance(total, Residue) else NotImplemented

    __radd__ = __add__

    def __neg__(self) -> Number:
        return Planar(-self.real, -self.imag)

    def __sub__(self, other: Any) -> Number:
        return self + -other

    def __rsub__(self, other: Any) -> Number:
        return -self + other

    def __mul__(self, other: Any) -> Number:
        if isinstance(other, Planar):
            re = self.real * other.real - self.imag * other.imag
            return planar(re, self.real * other.imag + self.imag * other.real)
        re = self.real * other
        return planar(re, self.imag * other) if isinstance(re, Residue) else NotImplemented

    __rmul__ = __mul__

    def inverse(self) -> Number:
        by = (self.real * self.real + self.imag * self.imag).inverse()
        return Planar(self.real * by, -self.imag * by)

    def __truediv__(self, other: Any) -> Number:
        return self * (other.inverse() if isinstance(other, (Planar, Residue)) else Fraction(1) / other)

    def __rtruediv__(self, other: Any) -> Number:
        return self.inverse() * other

    def __pow__(self, exponent: int) -> Number:
        result, base = self.model.one, self if exponent >= 0 else self.inverse()
        for _ in range(abs(exponent)):
            result = base * result
        return result

    def __abs__(self) -> Residue:
        return (self.real * self.real + self.imag * self.imag).root(Fraction(1, 2))


def function(model: Model, name: str, *args: Number) -> Number:
    """A function of numbers, complex where one of them is."""
    if not any(isinstance(x, Planar) for x in args):
        return functions.function(model, name, *args)
    if name in _PLANAR:
        return _PLANAR[name](*args)
    keys = [x.residues for x in args]
    return planar(model.opaque(name, "real", *keys), model.opaque(name, "imag", *keys))


def power(base: Number, exponent: Number) -> Number:
    """The principal power."""
    if not isinstance(base, Planar) and not isinstance(exponent, Planar):
        return functions.real_power(base, exponent)
    whole = getattr(exponent, "exact", None)
    if whole is not None and whole.denominator == 1 and abs(whole) < _LARGEST:
        return base ** int(whole)
    logarithm = _log(base) if isinstance(base, Planar) else functions.log(base)
    return function(base.model, "exp", logarithm * exponent)


_LARGEST = 100


def _exp(z: Planar) -> Number:
    cosine, sine = functions.rotation(z.imag)
    size = functions.exp(z.real)
    return planar(size * cosine, size * sine)


def _log(z: Planar) -> Number:
    size = z.real * z.real + z.imag * z.imag
    return planar(functions.log(size) / 2, functions.function(z.model, "atan2", z.imag, z.real))


def _wave(turned: bool) -> Callable[[Planar], Number]:
    """sin, or cos: of a sum by the addition theorem."""

    def wave(z: Planar) -> Number:
        cosine, sine = functions.rotation(z.real)
        grown, shrunk = functions.exp(z.imag), functions.exp(-z.imag)
        cosh, sinh = (grown + shrunk) / 2, (grown - shrunk) / 2
        return planar(cosine * cosh, -(sine * sinh)) if turned else planar(sine * cosh, cosine * sinh)

    return wave


_PLANAR: dict[str, Callable[..., Number]] = {
    "exp": _exp,
    "log": _log,
    "sin": _wave(turned=False),
    "cos": _wave(turned=True),
    "real": lambda z: z.real,
    "imag": lambda z: z.imag,
    "conj": lambda z: z.conjugate(),
}
