"""Whether two expressions have one value in random models: if so, they are equal but for a stated probability."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from symdiff import dims
from symdiff.algebra import ONE, Function, is_complex, unspread
from symdiff.book import expand
from symdiff.equality.models.arithmetic import Residues, Run
from symdiff.equality.models.fields import is_prime
from symdiff.equality.models.functions import exp, log, rotation
from symdiff.equality.models.matrices import EXPONENTIALS, NAMES, PRINCIPAL, product
from symdiff.equality.models.planar import planar
from symdiff.equality.models.residues import Model, NoLaw, NoValue, Residue
from symdiff.equality.weights import entries
from symdiff.errors import SymdiffError
from symdiff.evaluation import Array
from symdiff.expr import Expr

_SAMPLES = 3
_SIGNED = 14  # samples where signs are looked at: each finds a wrong one with probability 1/2
_ORDERED = 40  # samples of rational numbers, each in a region of its own order
_CLOSED = 2  # samples of what has no symbols, each in other fields
_ATTEMPTS = 800  # samples in which a root of what is no square may occur
_HOPELESS = 240  # of which so many had no value and few had one
_VARIANTS = 60  # samples in the same fields
_FIELDS = 12  # for what has no symbols
_DEEPEST = 3
_LARGEST = 20_000  # entries of all nodes
_SIGN_FUNCTIONS = frozenset({"log", "asin", "acosh", "atan", "atan2", "asinh", "erf", "abs", "sign"})
_PRIMES = 8  # of the numbers in expressions that are made squares
_LARGEST_PRIME = 10_000
_WHOLE = (2, 3, 4, 5)
_LARGEST_WHOLE = 30


@dataclass(frozen=True)
class Found:
    """Whether the values agreed in all samples, None where there is no sample or no law; how many, with which sizes."""

    same: bool | None
    samples: int = 0
    sizes: tuple[Mapping[str, int], ...] = ()
    bits: int = 0
    signed: bool = False  # whether signs were looked at
    turned: bool = False  # whether they agreed only up to whole turns
    why: str = ""


def same_in_models(a: Expr, b: Expr, choices: Sequence[Mapping[str, int]], rational: bool = False) -> Found:
    """What random models say of two expressions of one shape, with each of the choices of sizes.

    Where what is drawn is `rational` the order of numbers is what it is.
    """
    try:
        shape = _Shape([a, b])
    except SymdiffError as why:
        return Found(None, why=why.message)
    total, used, signed, turned = 0, [], False, False
    for sizes in choices:
        if entries(shape.nodes, sizes) > _LARGEST:
            return Found(None, why="they have too many entries")
        good, wanted = 0, _CLOSED if shape.is_closed else _ORDERED if rational else _SAMPLES
        for seed in range(_ATTEMPTS if not shape.is_closed else _FIELDS):
            if seed > _HOPELESS and good < seed // 100:
                break
            try:
                signs, turned_here = shape.sample(sizes, seed, rational)
            except NoValue:
                continue
            except _Apart:
                if shape.is_closed:  # a root of another sign than the field has
                    continue
                return Found(False, total, (sizes,), signed=shape.signed)
            except (NoLaw, SymdiffError) as why:
                return Found(None, why=str(why))
            good += 1
            signed, turned = signed or signs > 0, turned or turned_here
            wanted = max(wanted, _SIGNED) if signs and not shape.is_closed else wanted
            if good >= wanted:
                break
        if good < wanted:
            return Found(None, total, why="few samples have values")
        total += good
        used.append(sizes)
    return Found(True, total, tuple(used), shape.bits, signed, turned)


class _Shape:
    """What two expressions ask of their models: fields, functions, symbols."""

    def __init__(self, exprs: Sequence[Expr]) -> None:
        self.exprs = exprs
        nodes = self.nodes = _meant(exprs)
        own = {n.attr.name: n for n in nodes if n.op == "symbol" and "dimension" not in n.attr.properties}
        self.symbols = list(own.values())
        self.functions = {n.attr[0].name: n.attr[0] for n in nodes if n.op == "derivative"}
        needed = _paths(exprs)
        self.paths = frozenset(path[:k] for paths in needed.values() for path in paths for k in range(len(path) + 1))
        order = sorted(self.paths, key=lambda path: (len(path), path))
        self.places = {node: {order.index(path) for path in paths} for node, paths in needed.items()}
        self.primes = _primes(nodes)
        self.is_closed = not self.symbols and not self.functions
        self.signed = any(map(_looks_at_signs, nodes))
        functions = {n.attr[0] for n in nodes if n.op == "call" and not _is_whole_power(n)}
        self.by_vectors, self.principal = bool(functions & NAMES), bool(functions & PRINCIPAL)
        self.bits = Model(self.paths, self.primes, 0).primes[0].bit_length()

    def sample(self, sizes: Mapping[str, int], seed: int, rational: bool) -> tuple[int, bool]:
        """How often a sign was looked at in one model, and whether the values are one only up to whole turns."""
        variant = seed if self.is_closed else seed // _VARIANTS
        model = Model(self.paths, self.primes, seed, variant, rational)
        values = {s.attr.name: self._drawn(model, s, sizes) for s in self.symbols}
        functions = {name: _Opaque(model, f, sizes) for name, f in self.functions.items()}
        run = Run(Residues(model), values, sizes, functions, needed=self.places, signed=self.signed)
        for s in self.symbols:  # so that logarithms of products are found, whichever comes first
            if self.signed and not s.shape and "positive" in s.attr.properties:
                log(values[s.attr.name][()])
        left, right = (run.value(e).flat for e in self.exprs)
        turned = [_apart_by_turns(x - y) for x, y in zip(left, right, strict=True) if not x.agrees_with(y)]
        if any(turned) and self.symbols:  # where they are apart by a turn no point may have been
            raise _Apart
        return model.signs, any(turned)

    def _drawn(self, model: Model, symbol: Expr, sizes: Mapping[str, int]) -> Array:
        """A random value of a symbol; of a matrix with its eigenvectors, where functions of matrices are asked for."""
        import numpy as np

        value = _drawn(model, symbol, sizes)
        known = symbol.attr.properties
        if not self.by_vectors or value.ndim != 2 or value.shape[0] != value.shape[1]:
            return value
        run = Residues(model)
        if known <= {"symmetric", "spd"}:
            vectors = _orthogonal(model, _skew(model, len(value))) if known else value
            inverse = run.inverse(vectors)
            eigenvalues = [model.drawn() for _ in range(len(value))]
            if self.principal or "spd" in known:
                eigenvalues = [x * x for x in eigenvalues]
                for x in eigenvalues:
                    log(x)
            model.bases += [(vectors, inverse), (inverse.T, vectors.T)]
            value = product(vectors * np.array([*eigenvalues, None], dtype=object)[:-1], inverse)
        if known <= {"orthogonal"} and len(self.symbols) > 1:
            inverse = run.inverse(value)
            model.turns += [(value, inverse), (inverse, value)]
        return value


def _is_whole_power(node: Expr) -> bool:
    return bool(node.attr[0] == "matpow" and node.args[1].op == "number" and isinstance(node.args[1].attr, int))


class _Apart(Exception):
    """The values differ."""


def _apart_by_turns(difference: Any) -> bool:
    """Whether a difference is whole turns, 2π times a whole number; False where it is logarithms that cancel."""
    if not isinstance(difference, Residue):
        raise _Apart
    kinds = {key if key in ("", "pi") else key[0] for key in difference.parts}
    try:
        if "log" in kinds and kinds <= {"log", ""} and exp(difference).is_one:
            return False
        if kinds & {"angle", "pi"} and "log" not in kinds and rotation(difference)[0].is_one:
            return True
    except NoLaw:
        pass
    raise _Apart


class _Opaque:
    """A function of which nothing is known, and its derivatives."""

    def __init__(self, model: Model, function: Function, sizes: Mapping[str, int]) -> None:
        self._model, self._function, self._sizes = model, function, sizes

    def derivative(self, positions: tuple[int, ...], *args: Array) -> Array:
        import numpy as np

        name = self._function.name
        if not all(isinstance(x, Residue) for arg in args for x in np.asarray(arg, dtype=object).flat):
            raise NoLaw(f"{name} of complex numbers")
        if not any(self._function.arguments) and not self._function.shape:  # of the entries of arrays, one by one
            entry = lambda *xs: self._model.opaque(name, positions, *(x.residues for x in xs))  # noqa: E731
            return np.asarray(np.frompyfunc(entry, len(args), 1)(*args), dtype=object)
        key = [x.residues for arg in args for x in np.asarray(arg, dtype=object).flat]
        shape = tuple(dims.evaluate(d, self._sizes) for d in self._function.shape)
        result = np.empty(shape + tuple(n for k in positions for n in np.shape(args[k])), dtype=object)
        for place in np.ndindex(*result.shape):
            result[place] = self._model.opaque(name, positions, key, place)
        return result


def _meant(exprs: Iterable[Expr]) -> list[Expr]:
    """All nodes of expressions and of what their functions mean."""
    seen: dict[Expr, None] = {}
    stack = list(exprs)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen[node] = None
            meaning = expand(node) if node.op in ("map", "call") else None
            stack += node.args if meaning is None else (meaning,)
    return list(seen)


def _paths(exprs: Sequence[Expr]) -> dict[Expr, set[str]]:
    """In which fields each node is asked for: under exp, under sin and cos, under those again, as deep as they go."""
    found: dict[Expr, set[str]] = {}
    stack = [(e, "") for e in exprs]
    planar_too = any(map(is_complex, exprs))  # exp(x + i*y) is exp(x)*(cos(y) + i*sin(y))
    while stack:
        node, path = stack.pop()
        if path in found.setdefault(node, set()) or len(path) > _DEEPEST:
            continue
        found[node].add(path)
        meaning = expand(node) if node.op in ("map", "call") else None
        stack += [(arg, path) for arg in (node.args if meaning is None else (meaning,))]
        if meaning is None and node.op == "map" and node.attr in ("exp", "sin", "cos"):
            stack += [
                (node.args[0], path + way) for way in ("ec" if planar_too else "e" if node.attr == "exp" else "c")
            ]
        elif node.op == "constant" and node.attr == "e":
            stack.append((ONE, path + "e"))
        elif node.op == "call" and node.attr[0] in EXPONENTIALS and node.args[-1].op != "number":
            stack += [(arg, path + "e") for arg in (node.args[0], node.args[-1])]
        for pair in _powers(node):
            if pair[1].op != "number":
                stack += [(part, path + way) for part in pair for way in ("ec" if planar_too else "e")]
    return found


def _powers(node: Expr) -> list[tuple[Expr, Expr]]:
    if node.op == "mul":
        return list(zip(node.args[1::2], node.args[2::2], strict=True))
    if node.op == "map" and node.attr == "pow":
        return [(node.args[0], unspread(node.args[1]) or node.args[1])]
    return []


def _looks_at_signs(node: Expr) -> bool:
    if node.op in ("select", "compare") or (node.op == "reduce" and node.attr[0] != "prod"):
        return True
    if node.op == "map" and node.attr in _SIGN_FUNCTIONS:
        return True
    return any(k.op != "number" or getattr(k.attr, "denominator", 2) != 1 for _, k in _powers(node))


def _primes(nodes: Iterable[Expr]) -> frozenset[int]:
    """The primes of the numbers that occur, as far as they are few and small."""
    product_of = 1
    for node in nodes:
        if node.op == "number" and not isinstance(node.attr, float):
            product_of *= abs(node.attr.numerator * node.attr.denominator) % 10**12 or 1
    divisors = (q for q in range(37, _LARGEST_PRIME, 2) if product_of % q == 0)
    return frozenset(islice((q for q in divisors if is_prime(q)), _PRIMES))


def _drawn(model: Model, symbol: Expr, sizes: Mapping[str, int]) -> Array:
    """A random value of a symbol that has its properties."""

    properties = symbol.attr.properties
    value = _drawn_freely(model, tuple(dims.evaluate(dim, sizes) for dim in symbol.shape), properties)
    for name, structure in _STRUCTURES.items():
        if name in properties:
            value = structure(model, value)
    return value


def _drawn_freely(model: Model, shape: tuple[int, ...], properties: frozenset[str] = frozenset()) -> Array:
    import numpy as np

    value = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        value[place] = _entry(model, properties)
    return value


def _entry(model: Model, properties: frozenset[str]) -> Any:
    if "integer" in properties:
        return model.exact(
            model.random.choice(_WHOLE) * (1 if "positive" in properties else model.random.choice((1, -1)))
        )
    found = model.drawn()
    if "complex" in properties:
        return planar(found, model.drawn())
    return found * found if properties & {"positive", "spd"} else found


def _masked(model: Model, value: Array, keep: Any) -> Array:
    import numpy as np

    zeros = np.full(value.shape, model.zero, dtype=object)
    return np.where(keep(np.ones(value.shape, bool)), value, zeros)


def _spd(model: Model, value: Array) -> Array:
    import numpy as np

    factor = _masked(model, value, np.tril)
    return product(factor, factor.T)


def _skew(model: Model, n: int) -> Array:
    value = _drawn_freely(model, (n, n))
    return value - value.T


def _orthogonal(model: Model, value: Array) -> Array:
    """By Cayley's transform, of either determinant."""
    run, skew = Residues(model), value - value.T
    eye = run.eye(len(value))
    turned = product(run.inverse(eye + skew), eye - skew)
    if model.random.random() < 0.5:
        turned[0] = -turned[0]
    return turned


def _diagonal(model: Model, value: Array) -> Array:
    import numpy as np

    return _masked(model, value, lambda all_: np.diag(np.diag(all_)))


def _triangular(upper: bool) -> Any:
    def structure(model: Model, value: Array) -> Array:
        import numpy as np

        return _masked(model, value, np.triu if upper else np.tril)

    return structure


_STRUCTURES: dict[str, Any] = {
    "symmetric": lambda model, a: a + a.T,
    "spd": _spd,
    "diagonal": _diagonal,
    "orthogonal": _orthogonal,
    "lower": _triangular(upper=False),
    "upper": _triangular(upper=True),
    "skew": lambda model, a: a - a.T,
}
