"""NumPy source worked out on expressions: its statements and expressions, by the syntax tree that Python reads.

Nothing is run: what a node of the tree means is looked up here, and what is not here is NotSupported by name.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from symdiff import algebra, operators
from symdiff.dims import Size
from symdiff.errors import LimitError, NotSupported, ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr
from symdiff.inputs import NamedFunction
from symdiff.interchange import numpy_names
from symdiff.interchange.numpy_demands import contracted, expect
from symdiff.interchange.numpy_kinds import Again
from symdiff.interchange.numpy_walk import TRACE, Called, Frame, Known, Returned, Step, Walk, listed
from symdiff.protocols import FUNCTIONS
from symdiff.protocols.arguments import book, expression
from symdiff.protocols.linear_algebra import SlogdetResult

_CALLS = 50  # of functions of the source within each other

_ARITHMETIC: dict[type[ast.operator], operators.Binary] = {
    ast.Add: operators.plus,
    ast.Sub: operators.minus,
    ast.Mult: operators.times,
    ast.Div: operators.over,
    ast.Pow: operators.to_the,
    ast.Mod: lambda a, b: book("mod", *operators.align(a, b)),
    ast.FloorDiv: lambda a, b: book("floor", operators.over(a, b)),
}
_RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_LOGIC: dict[type[ast.operator], str] = {ast.BitAnd: "and", ast.BitOr: "or"}
_METHODS = frozenset("sum mean prod max min var std dot trace transpose reshape ravel cumsum cumprod clip squeeze "
                     "swapaxes diagonal ptp flatten conj copy astype".split())  # fmt: skip
_OF_TRUTH = frozenset("where logical_and logical_or logical_not".split())
_FLOATS = ("float", "float64", "double")


class Values(Walk):
    """What the expressions of a source are."""

    # -- names and numbers

    def _Constant(self, node: ast.Constant) -> Step:
        yield from ()
        if isinstance(node.value, bytes):
            raise NotSupported("bytes are not read")
        if type(node.value) is int:
            algebra.number(node.value)  # one that is too long is an error
        return node.value

    def _Name(self, node: ast.Name) -> Step:
        yield from ()
        frame = self.frame.find(node.id)
        if frame is not None:
            return frame.names[node.id]
        return self.outside(node.id)

    def _Attribute(self, node: ast.Attribute) -> Step:
        base = yield node.value
        name = node.attr
        if isinstance(base, str) and not isinstance(node.value, ast.Constant):  # a module
            return self.member(f"{base}.{name}")
        if isinstance(base, SlogdetResult) and name in base._fields:
            return getattr(base, name)
        if isinstance(base, (Known, Called)):
            raise NotSupported(f".{name[:40]} of a function is not read")
        e = _numbers(expression(base))
        if name in ("T", "mT", "shape"):
            self.kinds.want(e)
        if name == "T" or (name == "mT" and e.rank == 2):
            return algebra.transpose(e) if e.rank > 1 else e
        if name in ("shape", "ndim", "size", "real", "imag"):
            return FUNCTIONS[name](e)
        if name in _METHODS:
            return Known(name, _METHOD.get(name) or FUNCTIONS[name], (e,))
        near = get_close_matches(name, [*_METHODS, "T", "shape", "ndim", "size", "real", "imag"], n=1)
        raise NotSupported(f".{name[:40]} is not read", hint=f"did you mean .{near[0]}?" if near else None)

    def member(self, path: str) -> Any:
        """What a module has by a name."""
        made = numpy_names.found(path)
        if isinstance(made, Expr) or not callable(made):
            return made
        for module in ("numpy.", "scipy.special.", "scipy.linalg.", "math."):
            path = path.removeprefix(module)
        return Known(path, made)

    # -- operators

    def _BinOp(self, node: ast.BinOp) -> Step:
        left = yield node.left
        right = yield node.right
        return self.binary(node.op, left, right)

    def binary(self, op: ast.operator, left: Any, right: Any) -> Any:
        """What an operator of Python makes of two values."""
        if isinstance(left, (list, tuple)) and not isinstance(right, Expr):
            raise NotSupported(f"`{_SIGNS.get(type(op), '?')}` of lists", hint="write np.array([…])")
        if type(left) in _DIMS and type(right) in _DIMS and type(op) in _OF_DIMS:
            made = _OF_DIMS[type(op)](left, right)
            return made if isinstance(made, Size) else _plain(algebra.number(made))
        if type(op) in _LOGIC:
            a, b = (_truth(expression(value)) for value in (left, right))
            self.kinds.meet(a, b)
            return algebra.logic(_LOGIC[type(op)], *operators.align(a, b))
        a, b = _numbers(expression(left)), _numbers(expression(right))
        if isinstance(op, ast.MatMult):
            self.kinds.want(a)
            self.kinds.want(b)
            contracted(self.kinds, a, b)
            return operators.matmul(a, b)
        if type(op) not in _ARITHMETIC:
            raise NotSupported(
                f"`{_SIGNS.get(type(op), '?')}` is not read", hint=_POWER if isinstance(op, ast.BitXor) else None
            )
        self.kinds.meet(a, b, alike=isinstance(op, (ast.Add, ast.Sub)))
        return _plain(_ARITHMETIC[type(op)](a, b))

    def _UnaryOp(self, node: ast.UnaryOp) -> Step:
        value = yield node.operand
        if isinstance(value, (list, tuple)):
            raise NotSupported("a sign before a list is not read", hint="write np.array([…])")
        if type(value) in _DIMS and isinstance(node.op, (ast.USub, ast.UAdd)):
            return -value if isinstance(node.op, ast.USub) else value
        e = expression(value)
        if isinstance(node.op, ast.USub):
            return _plain(operators.times(algebra.MINUS_ONE, _numbers(e)))
        if isinstance(node.op, ast.UAdd):
            return e
        if isinstance(node.op, ast.Not):
            _require_scalar(e, "not", "np.logical_not")
        elif e.op != "compare":
            raise NotSupported("`~` of what is no comparison is not read")
        return algebra.logic("not", _truth(e))

    def _BoolOp(self, node: ast.BoolOp) -> Step:
        word = "and" if isinstance(node.op, ast.And) else "or"
        parts = []
        for part in node.values:
            e = expression((yield part))
            _require_scalar(e, word, f"np.logical_{word}")
            if e.op != "compare":
                raise NotSupported(f"`{word}` of what is no comparison gives one of the two in Python")
            parts.append(_truth(e))
        return algebra.logic(word, *parts)

    def _Compare(self, node: ast.Compare) -> Step:
        values, made = [], []
        for part in (node.left, *node.comparators):
            values.append(expression((yield part)))
        for op, a, b in zip(node.ops, values, values[1:], strict=False):
            if type(op) not in _RELATIONS:
                raise NotSupported(f"the comparison `{type(op).__name__}` is not read")
            a, b = _numbers(a), _numbers(b)
            self.kinds.meet(a, b, alike=True)
            made.append(operators.comparison(_RELATIONS[type(op)])(a, b))
            if len(node.ops) > 1:
                _require_scalar(made[-1], "a chain of comparisons", "`&`")
        return made[0] if len(made) == 1 else algebra.logic("and", *made)

    def _IfExp(self, node: ast.IfExp) -> Step:
        condition = expression((yield node.test))
        first = yield node.body
        second = yield node.orelse
        _require_scalar(condition, "if", "np.where")
        return FUNCTIONS["where"](condition, first, second)

    # -- lists, entries

    def _Tuple(self, node: ast.Tuple | ast.List) -> Step:
        values = []
        for part in node.elts:
            values.append((yield part))
        return tuple(values) if isinstance(node, ast.Tuple) else values

    _List = _Tuple

    def _Slice(self, node: ast.Slice) -> Step:
        ends = []
        for part in (node.lower, node.upper, node.step):
            ends.append(None if part is None else _place((yield part)))
        return slice(*ends)

    def _Subscript(self, node: ast.Subscript) -> Step:
        base = yield node.value
        key = yield node.slice
        keys = tuple(map(_place, key)) if isinstance(key, tuple) else _place(key)
        if isinstance(base, (tuple, list)):
            return _picked(base, keys)
        e = expression(base)
        given = keys if isinstance(keys, tuple) else (keys,)
        self.kinds.want(e, sum(k is not None and k is not Ellipsis for k in given))
        return _plain(operators.item(e, keys))

    def _ListComp(self, node: ast.ListComp | ast.GeneratorExp) -> Step:
        if len(node.generators) > 1 or node.generators[0].ifs:
            raise NotSupported("a comprehension with conditions or several loops is not read", hint=TRACE)
        (loop,) = node.generators
        values = listed((yield loop.iter))
        around, self.frame = self.frame, Frame(self.frame, self.frame.depth)
        made = []
        for value in values:
            self.bind(loop.target, value)
            made.append((yield node.elt))
        self.frame = around
        return made

    _GeneratorExp = _ListComp

    # -- calls

    def _Lambda(self, node: ast.Lambda) -> Step:
        yield from ()
        return Called("lambda", node, self.frame)

    def _Call(self, node: ast.Call) -> Step:
        function = yield node.func
        args, keywords = [], {}
        for part in node.args:
            args.append((yield part))
        for word in node.keywords:
            if word.arg is None:
                raise NotSupported("`**` in a call is not read")
            keywords[word.arg] = yield word.value
        if isinstance(function, Called):
            return (yield from self._called(function, args, keywords))
        if isinstance(function, Known):
            return self._known(function, [*function.of, *args], keywords)
        if isinstance(function, NamedFunction):
            return function(*args)
        name = ast.unparse(node.func)[:40]
        raise UnknownNameError(f"`{name}` is called, and is no function here", hint=f'declare it: {name}="function"')

    def _called(self, function: Called, args: list[Any], keywords: dict[str, Any]) -> Step:
        """A function of the source on its arguments."""
        given = function.node.args
        if given.vararg or given.kwarg or given.posonlyargs or given.kwonlyargs:
            raise NotSupported(f"the parameters of {function.name} are not read: plain names alone are")
        names = [one.arg for one in given.args]
        frame = Frame(function.frame, self.frame.depth + 1)
        if frame.depth > _CALLS:
            raise LimitError(f"{function.name} calls itself more than {_CALLS} times", hint=TRACE)
        if len(args) > len(names) or not keywords.keys() <= set(names[len(args) :]):
            raise SymdiffError(f"{function.name} takes {', '.join(names)}")
        frame.names.update(zip(names, args, strict=False))
        frame.names.update(keywords)
        around, self.frame = self.frame, frame
        for name, default in zip(reversed(names), reversed(given.defaults), strict=False):
            if name not in frame.names:
                frame.names[name] = yield default
        if missing := [name for name in names if name not in frame.names]:
            raise SymdiffError(f"{function.name} lacks a value for {', '.join(missing)}")
        if isinstance(function.node, ast.Lambda):
            made = yield function.node.body
        else:
            made = yield ast.Module(function.node.body, [])
            made = made.value if isinstance(made, Returned) else None
        self.frame = around
        return made

    def _known(self, function: Known, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A function of NumPy on its arguments."""
        kind = keywords.pop("dtype", None)
        if kind is not None and not (isinstance(kind, Known) and kind.name in _FLOATS):
            raise NotSupported("another dtype than float is not read")
        if function.name not in _OF_TRUTH:
            args = [_each_number(arg) for arg in args]
        expect(self.kinds, function.name, args, keywords)
        try:
            return _plain(function.apply(*args, **keywords))
        except (SymdiffError, Again):
            raise
        except (TypeError, ValueError, AttributeError, IndexError) as error:
            raise NotSupported(f"{function.name} with these arguments is not read ({error})") from None


def _astype(e: Expr, dtype: Any) -> Expr:
    if not isinstance(dtype, Known) or dtype.name not in _FLOATS:
        raise NotSupported("another dtype than float is not read")
    return e


def _transposed(e: Expr, *axes: Any) -> Expr:
    return e.transpose(*axes)


def _reshaped(e: Expr, *shape: Any, order: Any = "C") -> Expr:
    return FUNCTIONS["reshape"](e, shape[0] if len(shape) == 1 else shape, order)


_METHOD: dict[str, Callable[..., Any]] = {
    "astype": _astype,
    "flatten": FUNCTIONS["ravel"],
    "conj": lambda e: algebra.complex_part("conj", e),
    "transpose": _transposed,
    "reshape": _reshaped,
}
_POWER = "a power is written `**`"
_DIMS = (int, Size)
_OF_DIMS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Mult: "*", ast.Sub: "-", ast.MatMult: "@", ast.Div: "/", ast.BitXor: "^", ast.LShift: "<<",
    ast.RShift: ">>",
}  # fmt: skip


def _plain(value: Any) -> Any:
    """A whole number as one of Python, which may be an axis or a place."""
    return value.attr if isinstance(value, Expr) and value.op == "number" and type(value.attr) is int else value


def _truth(e: Expr) -> Expr:
    return operators.truth(e)


def _numbers(e: Expr) -> Expr:
    """A comparison as 1 and 0, as which NumPy calculates with it."""
    return algebra.select(e, algebra.ones(e.shape), algebra.zeros(e.shape)) if e.op == "compare" else e


def _each_number(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(map(_each_number, value))
    return _numbers(value) if isinstance(value, Expr) else value


def _require_scalar(e: Expr, what: str, instead: str) -> None:
    if e.shape:
        raise ShapeError(f"`{what}` of an array has no value in Python", hint=f"write {instead}")


def _place(value: Any) -> Any:
    """What stands in square brackets, as Python's own kinds."""
    if isinstance(value, Expr):
        if value.op == "compare":
            raise NotSupported("a mask in square brackets is not read", hint="write np.where(condition, x, 0)")
        if value.op == "symbol":
            raise NotSupported(f"the place `{value}` is not known", hint=f"a size may be one, as in x: vector({value})")
    if isinstance(value, list):
        raise NotSupported("a list of places in square brackets is not read", hint="join entries by np.stack")
    return value


def _picked(values: Any, key: Any) -> Any:
    try:
        return values[key]
    except (TypeError, IndexError) as error:
        raise SymdiffError(str(error)) from None
