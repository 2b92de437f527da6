"""JSON as expressions: every field is looked at, and every node built by its constructor."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from re import fullmatch
from typing import Any, NoReturn

from symdiff import algebra, book
from symdiff.algebra import COMPARISONS, LOGIC, Function, Slice
from symdiff.algebra.leaves import NAMED, PROPERTIES, bounded
from symdiff.dims import Dim, Shape
from symdiff.errors import ParseError, SymdiffError
from symdiff.expr import Expr, Names, named
from symdiff.inputs import problem, symbol_name
from symdiff.interchange.json_writer import FORMAT, SCHEMA
from symdiff.syntax.declarations import STRUCTURES, read_size

_PROPERTIES = PROPERTIES - {"freed", "freed_skew"}  # those are of a derivative that is being worked out
_AXES = 64  # as many as an array of NumPy may have
Args = list[Expr]


def from_json(text: str | bytes) -> Expr:
    """The expression that `to_json` wrote.

    A text of another format or version, and one that says what can't be, is a SymdiffError that names the node.

    >>> import symdiff as sd
    >>> f = sd.parse("x'*A*x + norm2(x)^3", x="vector(n)", A="matrix(n, n)")
    >>> sd.from_json(sd.to_json(f)) is f
    True
    """
    whole = _Fields(_parsed(text), "the text")
    if whole.take("format", str) != FORMAT:
        raise ParseError(f"this is no expression: `format` is {FORMAT!r} in what `to_json` writes")
    if (schema := whole.take("schema", int)) != SCHEMA:
        raise ParseError(f"schema {schema} is not known here", hint=f"this version of symdiff reads schema {SCHEMA}")
    nodes: list[Expr] = []
    sizes: dict[str, Dim] = {}
    for place, fields in enumerate(whole.take("nodes", list)):
        node = _Node(fields, f"node {place}", nodes, sizes)
        try:
            nodes.append(node.built())
        except SymdiffError as error:
            if error.message.startswith("node "):
                raise
            raise ParseError(f"node {place}: {error.message}", hint=error.hint) from error
    if not nodes:
        raise ParseError("there are no nodes")
    names = whole.take("names", dict, {})
    whole.finish()
    problem([nodes[-1]])  # a name that means two things is an error
    return named(nodes[-1], _names(_Fields(names, "names"), nodes)) if names else nodes[-1]


def _names(fields: _Fields, nodes: list[Expr]) -> Names:
    marked = fields.take("named", dict, {})
    if not all(type(k) is int and 0 <= k < len(nodes) for k in marked.values()):
        raise ParseError("names: `named` holds places of nodes")
    taken, in_force = (frozenset(map(symbol_name, fields.take(field, list, []))) for field in ("taken", "in_force"))
    parts = fields.take("parts", bool, True)
    fields.finish()
    return Names({nodes[k]: symbol_name(name) for name, k in marked.items()}, taken, in_force, parts)


def _parsed(text: str | bytes) -> Any:
    if not isinstance(text, (str, bytes)):
        raise SymdiffError(f"from_json takes a text, not {type(text).__name__}")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise ParseError("this is no expression: it is nested without end") from None
    except SymdiffError:
        raise
    except ValueError as error:  # json's own, and of whole numbers and encodings
        raise ParseError(f"this is not JSON: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        double = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ParseError(f"the key {double[:40]!r} stands twice in one object")
    return made


def _no_number(name: str) -> NoReturn:
    raise ParseError(f"{name} is no JSON")


class _Fields:
    """An object of which every field is taken once and none is left over."""

    def __init__(self, fields: Any, what: str) -> None:
        self.what = what
        if not isinstance(fields, dict):
            raise ParseError(f"{what} is an object, not {_kind(fields)}")
        self.fields = dict(fields)

    def take(self, name: str, kind: type, default: Any = None) -> Any:
        if name not in self.fields:
            if default is None:
                raise ParseError(f"{self.what} has no `{name}`")
            return default
        value = self.fields.pop(name)
        if type(value) is not kind:
            raise ParseError(f"{self.what}: `{name}` is {_WORDS[kind]}, not {_kind(value)}")
        return value

    def finish(self) -> None:
        if self.fields:
            raise ParseError(f"{self.what} has a field `{next(iter(self.fields))[:40]}`, which means nothing here")


_WORDS: dict[type, str] = {
    str: "a text", int: "a whole number", list: "a list", dict: "an object", bool: "true or false", float: "a decimal",
    type(None): "null",
}  # fmt: skip


def _kind(value: Any) -> str:
    return _WORDS.get(type(value), type(value).__name__)


class _Node(_Fields):
    """The fields of a node, and what it is built from."""

    def __init__(self, fields: Any, what: str, before: list[Expr], sizes: dict[str, Dim]) -> None:
        super().__init__(fields, what)
        self.before = before
        self.known = sizes

    def built(self) -> Expr:
        op = self.take("op", str)
        build = _BUILD.get(op)
        if build is None:
            raise ParseError(f"{self.what}: there is no op {op[:40]!r}")
        made = build(self, [self.node(k) for k in self.take("args", list, [])])
        self.finish()
        return made

    def wrong(self, said: str) -> ParseError:
        return ParseError(f"{self.what}: {said}")

    def node(self, place: Any) -> Expr:
        if type(place) is not int or not 0 <= place < len(self.before):
            raise self.wrong(f"{str(place)[:40]} is no place of a node before it")
        return self.before[place]

    def whole(self, values: list[Any], below: int, what: str) -> tuple[int, ...]:
        """Whole numbers from 0 to before an end."""
        if not all(type(k) is int and 0 <= k < below for k in values):
            raise self.wrong(f"{what} are whole numbers from 0 to {below - 1}")
        return tuple(values)

    def axes(self, rank: int) -> tuple[int, ...]:
        axes = self.whole(self.take("axes", list), rank, "axes")
        if list(axes) != sorted(set(axes)) or not axes:
            raise self.wrong("axes stand in ascending order, each once")
        return axes

    def of(self, name: str, *words: str) -> str:
        word: str = self.take(name, str)
        if word not in words:
            raise self.wrong(f"`{name}` is one of {', '.join(words)}, not {word[:40]!r}")
        return word

    def size(self, value: Any, least: int = 0) -> Dim:
        if type(value) is str:
            if value not in self.known:
                self.known[value] = read_size(value)
            return self.known[value]
        if type(value) is not int or value < least:
            raise self.wrong(f"{str(value)[:40]} is no size")
        return value

    def shape(self, values: list[Any]) -> Shape:
        if len(values) > _AXES:
            raise self.wrong(f"an array has at most {_AXES} axes")
        return tuple(map(self.size, values))

    def properties(self) -> frozenset[str]:
        words = self.take("properties", list, [])
        if not all(isinstance(word, str) and word in _PROPERTIES for word in words):
            raise self.wrong("there is no such property")
        return frozenset(words)


def _count(node: _Node, args: list[Expr], *counts: int) -> None:
    if len(args) not in counts:
        raise node.wrong(f"this takes {' or '.join(map(str, counts))} arguments, not {len(args)}")


def _symbol(node: _Node, args: list[Expr]) -> Expr:
    _count(node, args, 0)
    shape, properties = node.shape(node.take("shape", list, [])), node.properties()
    name = symbol_name(node.take("name", str))
    if "dimension" in properties:
        if shape or properties != {"dimension", "positive", "integer"}:
            raise node.wrong("a dimension is a positive whole number")
        return algebra.dimension(name)
    if properties & STRUCTURES and (len(shape) != 2 or shape[0] != shape[1]):
        raise node.wrong(f"`{min(properties & STRUCTURES)}` is for square matrices")
    if "complex" in properties and properties & {"positive", "integer", "real", "spd"}:
        raise node.wrong("a complex name has no sign and is no integer")
    return algebra.symbol(name, shape, properties)


def _number(node: _Node, text: Any) -> Any:
    """A number by its text; a whole one, a fraction, else a decimal."""
    try:
        if fullmatch(r"-?[0-9a-fx]+(/[0-9a-fx]+)?", text) and not fullmatch(r"-?\d+e\d+", text):
            over, *under = [int(part, 16 if "x" in part else 10) for part in text.split("/")]
            return Fraction(over, *under) if under else over
        if fullmatch(r"-?\d+(\.\d*)?(e[+-]?\d+)?|-?inf|nan", text):
            return float(text)
        return complex(text if fullmatch(r"[-+().0-9einfaj]+j\)?", text) else "")
    except (ValueError, TypeError, ZeroDivisionError):
        raise node.wrong(f"{str(text)[:40]!r} is no number") from None


def _constant(node: _Node, args: Args) -> Expr:
    _count(node, args, 0)
    shape = node.shape(node.take("shape", list, []))
    if "entries" in node.fields:
        entries = [_number(node, text) for text in node.take("entries", list)]
        if not shape or any(isinstance(value, Fraction) for value in entries):
            raise node.wrong("an array has axes, and whole numbers and decimals")
        return algebra.reshape(algebra.array([v if isinstance(v, complex) else bounded(v) for v in entries]), shape)
    name = node.of("name", *NAMED, "zeros", "ones", "eye")
    if name in NAMED and not shape:
        return algebra.named(name)
    if name == "eye" and (len(shape) != 2 or shape[0] != shape[1]):
        raise node.wrong("an identity is a square matrix")
    if name in NAMED or not shape:
        raise node.wrong(f"{name} of this shape")
    return algebra.eye(shape[0]) if name == "eye" else (algebra.ones if name == "ones" else algebra.zeros)(shape)


def _mul(node: _Node, args: Args) -> Expr:
    if len(args) < 3 or not len(args) % 2 or args[0].op != "number" or any(arg.shape for arg in args):
        raise node.wrong("a product is of a number, then of scalars, each with its exponent")
    return algebra.mul(args[0], *map(algebra.power, args[1::2], args[2::2]))


def _einsum(node: _Node, args: Args) -> Expr:
    labels = node.take("labels", list)
    if len(args) < 2 or len(labels) != len(args) or args[0].shape or not all(type(row) is list for row in labels):
        raise node.wrong("an einsum is of a scalar and of operands, with labels for each of these and for the result")
    rows = [node.whole(row, 10**6, "labels") for row in labels]
    return algebra.einsum(args[0], args[1:], rows[:-1], rows[-1])


def _add(node: _Node, args: Args) -> Expr:
    if len(args) < 2:
        raise node.wrong("a sum has two terms or more")
    return algebra.add(*args)


def _map(node: _Node, args: Args) -> Expr:
    name = node.take("name", str)
    entry = book.library().function(name, len(args))
    if entry is not None and not entry.elementwise:
        raise node.wrong(f"{name[:40]} is no function of entries")
    return book.apply(name, args)


def _call(node: _Node, args: Args) -> Expr:
    name, keywords = node.take("name", str), node.take("keywords", dict)
    entry = book.library().function(name, len(args))
    if entry is not None and entry.elementwise:
        raise node.wrong(f"{name[:40]} is a function of entries")
    axis = keywords.get("axis")
    if axis is not None:
        rank = args[0].rank if args else 0
        keywords["axis"] = node.whole(axis, rank, "axes") if type(axis) is list else node.whole([axis], rank, "axes")[0]
    if any(key not in ("axis", "reverse") for key in keywords):
        raise node.wrong(f"`{name[:40]}` has no such keyword")
    return book.apply(name, args, **keywords)


def _reduce(node: _Node, args: Args) -> Expr:
    _count(node, args, 1)
    return algebra.reduce_(node.of("kind", "max", "min", "prod"), args[0], node.axes(args[0].rank))


def _scan(node: _Node, args: Args) -> Expr:
    _count(node, args, 1)
    kind, reverse = node.of("kind", "cumsum", "cumprod"), node.take("reverse", bool)
    (axis,) = node.whole([node.take("axis", int)], args[0].rank, "axes")
    return algebra.scan(kind, args[0], axis, reverse)


def _compare(node: _Node, args: Args) -> Expr:
    relation = node.of("relation", *COMPARISONS, *LOGIC)
    _count(node, args, 1 if relation == "not" else 2)
    return algebra.logic(relation, *args) if relation in LOGIC else algebra.compare(relation, *args)


def _select(node: _Node, args: Args) -> Expr:
    _count(node, args, 3)
    return algebra.select(*args)


def _index(node: _Node, args: Args) -> Expr:
    _count(node, args, 1)
    items = node.take("items", list)
    if len(items) != args[0].rank:
        raise node.wrong("an index has an item for each axis")
    return algebra.index(args[0], [_item(node, item, dim) for item, dim in zip(items, args[0].shape, strict=True)])


def _item(node: _Node, item: Any, dim: Dim) -> Any:
    if type(item) is not dict:
        return node.size(item)
    fields = _Fields(item, node.what)
    step = fields.take("step", int, 1)
    least = -1 if step < 0 else 0
    start, stop = (node.size(fields.fields.pop(end, None), least) for end in ("start", "stop"))
    fields.finish()
    if not step or start == -1:
        raise node.wrong("a slice has steps, and begins within the axis")
    if isinstance(dim, int) and any(isinstance(end, int) and end > dim for end in (start, stop)):
        raise node.wrong(f"a slice up to {max(start, stop, key=str)} of an axis of length {dim}")
    return Slice(start, stop, step)


def _join(node: _Node, args: Args) -> Expr:
    kind = node.of("kind", "concat", "stack")
    if not args:
        raise node.wrong("there is nothing to join")
    (axis,) = node.whole([node.take("axis", int)], args[0].rank + (kind == "stack"), "axes")
    return algebra.join(kind, args, axis)


def _reshape(node: _Node, args: Args) -> Expr:
    _count(node, args, 1)
    return algebra.reshape(args[0], node.shape(node.take("shape", list)), node.of("order", "C", "F"))


def _stop(node: _Node, args: Args) -> Expr:
    _count(node, args, 1)
    return algebra.stop(args[0])


def _derivative(node: _Node, args: Args) -> Expr:
    arguments = node.take("arguments", list)
    if not arguments or not all(type(shape) is list for shape in arguments):
        raise node.wrong("`arguments` are the shapes of one argument or more")
    shapes = tuple(map(node.shape, arguments))
    name, by = symbol_name(node.take("function", str)), node.take("by", list, [])
    function = Function(name, shapes, node.shape(node.take("shape", list, [])), node.properties())
    return algebra.apply(function, args, node.whole(by, len(args), "the arguments it is differentiated by"))


def _differential(node: _Node, args: Args) -> Expr:
    _count(node, args, 1)
    if "by" not in node.fields:
        return algebra.differential(args[0])
    by = node.node(node.fields.pop("by"))
    if by.shape or algebra.base_of(by) is None:
        raise node.wrong("a derivative is by a scalar name or an entry")
    return algebra.differential(args[0], by)


_BUILD: dict[str, Callable[[_Node, Args], Expr]] = {
    "symbol": _symbol,
    "number": lambda node, args: algebra.number(_number(node, node.take("value", str))),
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
