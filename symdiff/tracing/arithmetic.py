"""What a traced value has of a number: operators, comparisons, conversions; and lists with such values in them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from math import floor
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np

from symdiff import algebra, operators
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.tracing.entries import constant, folded
from symdiff.tracing.tape import Tape

_NUMBERS = (int, float, complex, np.number, np.bool_)


def raw(value: Any) -> Any:
    """What the function itself would have: values in the places of traced ones, in lists and the like too."""
    return mapped(value, lambda t: t.value)


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Lists, tuples and dictionaries with all that is traced in them changed."""
    if isinstance(value, Arithmetic):
        return change(value)
    if type(value) in (list, tuple):
        return type(value)([mapped(v, change) for v in value])
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*[mapped(v, change) for v in value])
    return {k: mapped(v, change) for k, v in value.items()} if type(value) is dict else value


def tracing(value: Any) -> Tape | None:
    """The run of the first traced value in a list and the like."""
    found: list[Tape] = []
    mapped(value, lambda t: found.append(t.tape))
    return found[0] if found else None


def formula(value: Any) -> Any:
    """The expression of what is traced and of numbers; what is neither is handed on."""
    if isinstance(value, Arithmetic):
        return value.number
    if isinstance(value, _NUMBERS) or (isinstance(value, np.ndarray) and value.dtype.kind in "biufc"):
        return constant(value)
    return [formula(v) for v in value] if type(value) in (list, tuple) else value


def expression(value: Any) -> Expr:
    """The formula of what may stand beside a traced value."""
    from symdiff.protocols.arguments import expression

    made = formula(value)
    if type(made) is list and made and all(isinstance(e, Expr) and not e.shape for e in made):
        return folded(made, (len(made),))
    return expression(made)


def _binary(operate: Callable[[Any, Any], Any], combine: operators.Binary, turned: bool = False) -> Any:
    def method(self: Arithmetic, other: Any) -> Any:
        if not isinstance(other, (Arithmetic, Number, np.ndarray, list, tuple)):
            return NotImplemented
        a, b = (other, self) if turned else (self, other)
        value = operate(raw(a), raw(b))
        if self.is_constant and (not isinstance(other, Arithmetic) or other.is_constant):
            return self.made(value, None)
        if isinstance(other, Arithmetic) and other.tape is not self.tape:
            raise self.tape.refuse("this value was traced in another run", "keep no values from one run to the next")
        try:
            e = combine(expression(a), expression(b))
        except SymdiffError as error:
            raise self.tape.failing(error) from None
        if e.op == "compare":
            self.tape.truths[e] = value
        return self.made(value, e)

    return method


def _floor_over(a: Expr, b: Expr) -> Expr:
    from symdiff.book import apply

    return apply("floor", (operators.over(a, b),))


def _in_place(operate: Callable[[Any, Any], Any], combined: Any) -> Any:
    return lambda self, other: self.in_place(operate, combined, other)


def _unary(operate: Callable[[Any], Any], combine: Callable[[Expr], Expr]) -> Any:
    return lambda self: self.made(operate(self.value), None if self.is_constant else combine(self.number))


def _book(name: str) -> Callable[[Expr], Expr]:
    from symdiff.book import apply

    return lambda e: apply(name, (e,))


def _logical(function: Any) -> Any:
    return lambda self, other: function(self, other)


class Arithmetic:
    """The operators and conversions of a value with its formula."""

    __slots__ = ()

    if TYPE_CHECKING:
        tape: Tape
        value: Any

        @property
        def expr(self) -> Expr: ...
        @property
        def number(self) -> Expr: ...
        @property
        def is_constant(self) -> bool: ...

        made: Callable[..., Any]
        taken: Callable[[str], Any]
        decided: Callable[[], Any]
        fixed: Callable[[], Any]

    __add__ = _binary(operator.add, operators.plus)
    __radd__ = _binary(operator.add, operators.plus, turned=True)
    __iadd__ = _in_place(operator.iadd, __add__)
    __sub__ = _binary(operator.sub, operators.minus)
    __rsub__ = _binary(operator.sub, operators.minus, turned=True)
    __isub__ = _in_place(operator.isub, __sub__)
    __mul__ = _binary(operator.mul, operators.times)
    __rmul__ = _binary(operator.mul, operators.times, turned=True)
    __imul__ = _in_place(operator.imul, __mul__)
    __truediv__ = _binary(operator.truediv, operators.over)
    __rtruediv__ = _binary(operator.truediv, operators.over, turned=True)
    __itruediv__ = _in_place(operator.itruediv, __truediv__)
    __floordiv__ = _binary(operator.floordiv, _floor_over)
    __rfloordiv__ = _binary(operator.floordiv, _floor_over, turned=True)
    __ifloordiv__ = _in_place(operator.ifloordiv, __floordiv__)
    __mod__ = _binary(operator.mod, operators.remainder)
    __rmod__ = _binary(operator.mod, operators.remainder, turned=True)
    __imod__ = _in_place(operator.imod, __mod__)
    __pow__ = _binary(operator.pow, operators.to_the)
    __rpow__ = _binary(operator.pow, operators.to_the, turned=True)
    __ipow__ = _in_place(operator.ipow, __pow__)
    __matmul__ = _binary(operator.matmul, operators.matmul)
    __rmatmul__ = _binary(operator.matmul, operators.matmul, turned=True)
    __imatmul__ = _in_place(operator.imatmul, __matmul__)
    __lt__ = _binary(operator.lt, operators.comparison("<"))
    __le__ = _binary(operator.le, operators.comparison("<="))
    __gt__ = _binary(operator.gt, operators.comparison(">"))
    __ge__ = _binary(operator.ge, operators.comparison(">="))
    __eq__ = _binary(operator.eq, operators.comparison("=="))
    __ne__ = _binary(operator.ne, operators.comparison("!="))
    __and__ = __rand__ = _logical(np.bitwise_and)
    __or__ = __ror__ = _logical(np.bitwise_or)
    __xor__ = __rxor__ = _logical(np.bitwise_xor)
    __neg__ = _unary(operator.neg, lambda e: operators.times(algebra.MINUS_ONE, e))
    __pos__ = _unary(operator.pos, lambda e: e)
    __abs__ = _unary(operator.abs, lambda e: _book("abs")(e))

    def __invert__(self) -> Any:
        return np.invert(self)  # type: ignore[call-overload]

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    # Numbers

    def __bool__(self) -> bool:
        chosen = bool(self.value)
        self.decided()
        return chosen

    def __float__(self) -> float:
        return float(self.taken("a float"))

    def __complex__(self) -> complex:
        return complex(self.taken("a complex number"))

    def __index__(self) -> int:
        return operator.index(self.fixed())

    def __int__(self) -> int:
        return self._whole(int(self.value), *((0, 1) if self.value >= 0 else (-1, 0)), strict=self.value < 0)

    def __floor__(self) -> int:
        return self._whole(floor(self.value), 0, 1)

    def __ceil__(self) -> int:
        return self._whole(-floor(-self.value), -1, 0, strict=True)

    def __trunc__(self) -> int:
        return int(self)

    def __round__(self, digits: Any = None) -> Any:
        if digits is None:
            return self._whole(round(self.value), -0.5, 0.5)
        scale = 10.0**digits
        return self.made(round(self.value, digits), _book("round")(self.expr * scale) / scale)

    def _whole(self, k: int, below: float, above: float, strict: bool = False) -> int:
        """A whole number that the value is near to, which it stays between these."""
        low, high = (self > k + below, self <= k + above) if strict else (self >= k + below, self < k + above)
        for side in (low, high):
            if isinstance(side, Arithmetic):
                side.tape.assume(side.expr, True)
        return k

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return repr(self.value)

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, how: str) -> str:
        return format(self.value, how)
