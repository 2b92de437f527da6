"""The walk: every op by its meaning on arrays of entries, whatever the entries are.

An `Arithmetic` says what numbers and functions of entries are (floats here, sympy expressions in the check on
components); the rest, axes and sums, is the same for all and is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, Protocol, TypeAlias

from symdiff import dims
from symdiff.algebra import Slice, has_real_power, is_real
from symdiff.book import expand
from symdiff.dims import Dim
from symdiff.errors import LimitError, NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr

Array: TypeAlias = Any  # a numpy.ndarray; numpy is loaded only when something is evaluated
Sizes: TypeAlias = Mapping[str, int]
LARGEST = 10**7  # entries of a value
_DIRECT = frozenset({"adj_d", "expm_frechet", "logm_frechet", "matpow_d"})  # the arithmetic knows them, as a book does


class SmoothFunction(Protocol):
    """What stands for a function that is only a name: its values and derivatives by argument positions."""

    def derivative(self, positions: tuple[int, ...], *args: Array) -> Array: ...


class Arithmetic(Protocol):
    """Numbers and functions of entries; arrays in, an array out.

    The functions that are `direct` it works out by themselves, although the books say what they stand for.
    """

    direct: frozenset[str]

    def number(self, value: Any) -> Array: ...
    def named(self, name: str) -> Array: ...
    def power(self, base: Array, exponent: Array) -> Array: ...
    def map(self, name: str, *args: Array) -> Array: ...
    def call(self, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array: ...
    def reduce(self, kind: str, array: Array, axes: tuple[int, ...]) -> Array: ...
    def compare(self, kind: str, *args: Array) -> Array: ...
    def select(self, condition: Array, first: Array, second: Array) -> Array: ...


class Interpreter:
    """Values of expressions, given those of their symbols by name.

    `known` holds values of nodes and grows as nodes are evaluated; what is put there beforehand stands for
    its node. `functions` gives those that are only names, `formal(node)` the value of a `differential` node.
    With `principal`, what is not real by its facts is worked out in the plane: roots and logarithms of negative
    constants have their principal values; otherwise they have none.
    """

    def __init__(
        self,
        arithmetic: Arithmetic,
        values: Mapping[str, Array],
        sizes: Sizes,
        functions: Mapping[str, SmoothFunction],
        formal: Callable[[Expr], Array] | None = None,
        known: Mapping[Expr, Array] | None = None,
        principal: bool = False,
    ) -> None:
        self.arithmetic = arithmetic
        self.values = values
        self.sizes = sizes
        self.functions = functions
        self.formal = formal
        self.known = dict(known or {})
        self.principal = principal

    def value(self, root: Expr) -> Array:
        """The value of a node; SymdiffError names what has no value."""
        stack = [root]
        while stack:
            node = stack[-1]
            if node in self.known:
                stack.pop()
                continue
            needs = self._needs(node)
            missing = [need for need in needs if need not in self.known]
            if missing:
                stack.extend(missing)
                continue
            shape = self.shape(node)
            if prod(shape) > LARGEST:
                raise LimitError(f"a value of shape {shape} is too large to work out here")
            result = self._compute(node, [self.known[need] for need in needs])
            if result.shape != shape:
                raise SymdiffError(f"a {node.op} of shape {shape} has a value of shape {result.shape}")
            self.known[node] = result
            stack.pop()
        return self.known[root]

    def shape(self, e: Expr) -> tuple[int, ...]:
        """The shape of a node in numbers."""
        return tuple([dim if isinstance(dim, int) else self.size(dim) for dim in e.shape])

    def size(self, dim: dims.Dim) -> int:
        """A size in numbers; SymdiffError names one that is not known."""
        try:
            return dims.evaluate(dim, self.sizes)
        except KeyError as missing:
            raise SymdiffError(f"the size {missing.args[0]} is not known") from None

    def _needs(self, node: Expr) -> tuple[Expr, ...]:
        if node.op == "differential":
            return ()
        meaning = self._meaning(node)
        return node.args if meaning is None else (meaning,)

    def _meaning(self, node: Expr) -> Expr | None:
        """What the books say a function stands for, where they say so."""
        if node.op not in ("map", "call") or (node.op == "call" and node.attr[0] in _DIRECT):
            return None
        if (node.attr if node.op == "map" else node.attr[0]) in self.arithmetic.direct:
            return None
        return expand(node)

    def _compute(self, node: Expr, values: list[Array]) -> Array:
        if self._meaning(node) is not None:
            return values[0]
        if self.principal and node.op in ("map", "call") and not is_real(node):
            values = [value + 0j for value in values]
        return _OPS[node.op](self, node, values)


def contract(operands: Sequence[Array], labels: Sequence[Sequence[int]], out: Sequence[int]) -> Array:
    """einsum, summing over one label after the other: the one whose operands are the least work together is next."""
    parts = [(tuple(names), value) for names, value in zip(labels, operands, strict=True)]
    lengths = {label: n for names, value in parts for label, n in zip(names, value.shape, strict=True)}

    def work(label: int) -> int:
        return prod(lengths[k] for k in {k for names, _ in parts if label in names for k in names})

    summed = {label: work(label) for label in lengths if label not in out}
    while summed:
        label = min(summed, key=summed.__getitem__)
        group = [part for part in parts if label in part[0]]
        parts = [part for part in parts if label not in part[0]]
        kept = {*out, *(k for names, _ in parts for k in names)}
        names = tuple(k for k in dict.fromkeys(k for names, _ in group for k in names) if k in kept)
        parts.append((names, _in_turn(group, names)))
        summed = {k: v for k, v in summed.items() if k in kept}
        summed.update((k, work(k)) for k in names if k in summed)
    return _in_turn(parts, tuple(out))


def _in_turn(parts: Sequence[tuple[tuple[int, ...], Array]], out: tuple[int, ...]) -> Array:
    """einsum, one operand after the other; a label is summed as soon as nothing that follows needs it."""
    import numpy as np

    have, value = parts[0]
    for k, (names, operand) in enumerate(parts[1:], 1):
        needed = {*out, *(label for later, _ in parts[k + 1 :] for label in later)}
        both = dict.fromkeys([*have, *names])
        place = {label: i for i, label in enumerate(both)}
        keep = tuple(label for label in both if label in needed)
        left, right, both_kept = ([place[a] for a in axes] for axes in (have, names, keep))
        value, have = np.einsum(value, left, operand, right, both_kept), keep
    place = {label: i for i, label in enumerate(dict.fromkeys(have))}
    return np.asarray(np.einsum(value, [place[a] for a in have], [place[a] for a in out]))


def _symbol(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    name = node.attr.name
    if "dimension" in node.attr.properties:
        return run.arithmetic.number(run.size(dims.size(name)))
    if name not in run.values:
        raise SymdiffError(f"no value for {name}")
    return run.values[name]


def _number(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    return run.arithmetic.number(node.attr)


def _constant(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    import numpy as np

    shape = run.shape(node)
    if not isinstance(node.attr, str):
        return _entries(run, node.attr.entries, shape)
    if node.attr not in ("zeros", "ones", "eye"):
        return run.arithmetic.named(node.attr)
    zero, one = run.arithmetic.number(0), run.arithmetic.number(1)
    result = np.empty(shape, dtype=zero.dtype)
    result[...] = one if node.attr == "ones" else zero
    if node.attr == "eye":
        np.fill_diagonal(result, one[()])
    return result


def _entries(run: Interpreter, entries: Sequence[Any], shape: tuple[int, ...]) -> Array:
    import numpy as np

    if not entries:
        return np.zeros(shape, dtype=run.arithmetic.number(0).dtype)
    return np.stack([run.arithmetic.number(value) for value in entries]).reshape(shape)


def _mul(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    import numpy as np

    result = values[0]
    for k in range(1, len(values), 2):
        base, exponent = values[k : k + 2]
        if run.principal and not has_real_power(*node.args[k : k + 2]):
            base = base + 0j
        result = np.asarray(result * run.arithmetic.power(base, exponent))
    return result


def _einsum(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    import numpy as np

    *labels, out = node.attr
    return np.asarray(values[0] * contract(values[1:], labels, out))


def _add(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    import numpy as np

    total = values[0]
    for value in values[1:]:
        total = np.asarray(total + value)
    return total


def _map(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    if node.attr == "pow":
        return run.arithmetic.power(*values)
    return run.arithmetic.map(node.attr, *values)


def _call(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    name, keywords = node.attr
    return run.arithmetic.call(name, values, dict(keywords))


def _reduce(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    kind, axes = node.attr
    return run.arithmetic.reduce(kind, values[0], axes)


def _scan(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    import numpy as np

    kind, axis, reverse = node.attr
    if kind not in ("cumsum", "cumprod"):
        raise NotSupported(f"the running {kind}")
    array = np.flip(values[0], axis) if reverse else values[0]
    result = (np.cumsum if kind == "cumsum" else np.cumprod)(array, axis=axis)
    return np.flip(result, axis) if reverse else result


def _compare(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    return run.arithmetic.compare(node.attr, *values)


def _select(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    return run.arithmetic.select(*values)


def _index(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    import numpy as np

    return np.asarray(values[0][index_items(run, node)])


def index_items(run: Interpreter, node: Expr) -> tuple[int | slice, ...]:
    """The items of an `index` node as NumPy takes them."""

    def number(item: Any, dim: Dim) -> int | slice:
        length = run.size(dim)
        if not isinstance(item, Slice):
            return within(run.size(item), 0, length - 1)
        start, stop = run.size(item.start), run.size(item.stop)
        if item.step > 0:
            return slice(within(start, 0, stop), within(stop, 0, length), item.step)
        within(start, stop, length - 1)
        return slice(start, None if stop < 0 else stop, item.step)  # down to the first, and it

    def within(place: int, low: int, high: int) -> int:
        if not low <= place <= high:
            raise ShapeError(f"an entry that is not there: {place} in {node}")
        return place

    return tuple(map(number, node.attr, node.args[0].shape))


def _join(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    import numpy as np

    kind, axis = node.attr
    return np.concatenate(values, axis) if kind == "concat" else np.stack(values, axis)


def _reshape(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    return values[0].reshape(run.shape(node), order=node.attr)


def _stop(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    return values[0]


def _derivative(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    import numpy as np

    function, positions = node.attr
    if function.name not in run.functions:
        raise SymdiffError(f"the function {function.name} has no value", hint="give it in functions=")
    return np.asarray(run.functions[function.name].derivative(positions, *values))


def _differential(run: Interpreter, node: Expr, values: list[Array]) -> Array:
    if run.formal is None:
        raise NotSupported("a differential has no value here")
    return run.formal(node)


_OPS: dict[str, Callable[[Interpreter, Expr, list[Array]], Array]] = {
    "symbol": _symbol,
    "number": _number,
    "constant": _constant,
    "mul": _mul,
    "einsum": _einsum,
    "add": _add,
    "map": _map,
    "call": _call,
    "reduce": _reduce,
    "scan": _scan,
    "compare": _compare,
    "select": _select,
    "index": _index,
    "join": _join,
    "reshape": _reshape,
    "stop": _stop,
    "derivative": _derivative,
    "differential": _differential,
}
