"""What the books say of a function on given arguments: the node, its definition, differential, adjoint, conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from symdiff.algebra import (
    Condition,
    call,
    condition,
    fmap,
    is_integer,
    is_nonnegative,
    is_one,
    keep_axes,
    normal_axes,
    number,
    spread,
    symbol,
    unspread,
    zeros,
)
from symdiff.algebra.conditions import merge
from symdiff.book.builtins import build
from symdiff.book.entry import Entry
from symdiff.book.library import library
from symdiff.book.meaning import Meanings, read_condition, read_expression
from symdiff.book.reader import Passage
from symdiff.book.shapes import check_kinds, normal_axis, stated_shape, together, whole_number
from symdiff.book.templates import Template
from symdiff.dims import Shape
from symdiff.errors import NotSupported, ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr

Keywords = tuple[tuple[str, Any], ...]


def apply(name: str, args: Sequence[Expr], **keywords: Any) -> Expr:
    """The function called `name` of these arguments.

    Raises UnknownNameError with the nearest names, NotSupported for a function of the language that no book has yet,
    ShapeError for arguments that are not of the kinds of its entry.
    """
    entry = library().function(name, len(args) + ("k" in keywords))
    if entry is None:
        raise _unknown(name)
    if entry.elementwise and len(args) == len(entry.params) and not keywords:
        if entry.builtin is not None:
            return build(entry.builtin, together(args) if entry.builtin != "power" else args, {})
        return fmap(entry.name, *(args if len(args) == 1 else together(args)))
    return _structured(entry, list(args), keywords)


def _unknown(name: str) -> SymdiffError:
    if library().is_later(name):
        return NotSupported(f"{name} is not supported yet")
    near = library().nearest(name)
    hint = f"did you mean {' or '.join(near)}?" if near else None
    return UnknownNameError(f"unknown function {name[:60]}", hint=hint)


def _structured(entry: Entry, args: list[Expr], keywords: dict[str, Any]) -> Expr:
    numbers = _take_numbers(entry, args, keywords)
    if unknown := set(keywords) - set(entry.keywords):
        raise SymdiffError(f"{entry.name} has no keyword {min(unknown)}")
    if not entry.accepts(len(args) + len(numbers)):
        raise SymdiffError(f"{entry.name} takes {len(entry.params)} arguments, not {len(args) + len(numbers)}")
    for param in entry.params[len(args) + len(numbers) :]:
        if param.default is not None:
            args.append(read_expression(param.default, Meanings({})))
    if entry.elementwise:
        return fmap(entry.name, *together(args))
    check_kinds(entry, args)
    keepdims = bool(keywords.pop("keepdims", False))
    data = dict(numbers)
    if "axis" in entry.keywords:
        variadic = entry.params[0].variadic
        data["axis"] = keywords.get("axis") if variadic else normal_axis(entry, args[0], keywords.get("axis"))
    result = _core(entry, args, tuple(sorted(data.items())))
    return keep_axes(result, normal_axes(args[0], data.get("axis"))) if keepdims else result


def _take_numbers(entry: Entry, args: list[Expr], keywords: dict[str, Any]) -> dict[str, int]:
    """Arguments that have to be whole numbers, given by position or by name; they leave args and keywords."""
    numbers = {}
    for place, param in reversed(list(enumerate(entry.params))):
        if param.kind != "integer":
            continue
        if param.name in keywords:
            numbers[param.name] = whole_number(entry, param, keywords.pop(param.name))
        elif place < len(args):
            numbers[param.name] = whole_number(entry, param, args.pop(place))
    return numbers


def _core(entry: Entry, args: list[Expr], keywords: Keywords) -> Expr:
    if entry.builtin is not None:
        return build(entry.builtin, args, dict(keywords))
    shapes = tuple(arg.shape for arg in args)
    return call(entry.name, tuple(args), keywords, _result_shape(entry, shapes, keywords))


def _result_shape(entry: Entry, shapes: tuple[Shape, ...], keywords: Keywords) -> Shape:
    """The shape of the value: as stated, or that of its definition, or that of its differential."""
    key = ("shape", shapes, keywords)
    known = entry.templates.get(key)
    if known is None:
        entry.templates[key] = known = _work_out_shape(entry, shapes, keywords)
    return known  # type: ignore[no-any-return]


def _work_out_shape(entry: Entry, shapes: tuple[Shape, ...], keywords: Keywords) -> Shape:
    if entry.like is not None:
        return shapes[[p.name for p in entry.params].index(entry.like)]
    scope = _Scope(entry, shapes, keywords)
    if entry.result is not None:
        return stated_shape(entry.result, scope.sizes)
    field = entry.block.get("def") or entry.block.get("d")
    if field is None:
        raise entry.block.header.error(f"nothing states the shape of {entry.name}: add `-> kind`, a def or a d")
    busy = ("busy", shapes, keywords)
    if busy in entry.templates:
        raise field.error(f"the shape of {entry.name} depends on itself: add `-> kind` to its first line")
    entry.templates[busy] = True
    try:
        return read_expression(field, scope.meanings()).shape
    finally:
        del entry.templates[busy]


class _Scope:
    """The names an entry's fields may use, for arguments of given shapes: placeholders, sizes, keywords."""

    def __init__(self, entry: Entry, shapes: tuple[Shape, ...], keywords: Keywords) -> None:
        self.entry = entry
        self.keywords = dict(keywords)
        self.names = [p.name for p in entry.params if p.kind != "integer"][: len(shapes)]
        self.args = [symbol(name, shape) for name, shape in zip(self.names, shapes, strict=True)]
        self.tangents = [symbol(f"d{name}", shape) for name, shape in zip(self.names, shapes, strict=True)]
        self.sizes = check_kinds(entry, self.args) if entry.params else {}

    def meanings(self, **more: Expr) -> Meanings:
        values = dict(zip(self.names, self.args, strict=True))
        values.update({f"d{name}": t for name, t in zip(self.names, self.tangents, strict=True)})
        values.update({name: number(k) for name, k in self.keywords.items() if name not in ("axis", "keepdims")})
        values.update(more)
        return Meanings(values, self.sizes, {k: v for k, v in self.keywords.items() if k == "axis"})


# ---------------------------------------------------------------- nodes and their entries


def entry_of(e: Expr) -> Entry | None:
    """The entry of a node that is a function, else None."""
    op = e.op
    if op == "map":
        return library().function(e.attr, len(e.args))
    if op == "call":
        return library().function(e.attr[0], len(e.args) + any(k not in ("axis", "keepdims") for k, _ in e.attr[1]))
    if op == "reduce" or op == "scan":
        return library().function(e.attr[0], 1)
    return None


def _keywords(e: Expr) -> Keywords:
    """The keywords a node was made with."""
    if e.op == "call":
        return e.attr[1]  # type: ignore[no-any-return]
    if e.op == "reduce":
        axes = e.attr[1]
        return (("axis", None if len(axes) == e.args[0].rank else axes),)
    if e.op == "scan":
        return (("axis", (e.attr[1],)),)
    return ()


def _entry(e: Expr) -> Entry:
    entry = entry_of(e)
    if entry is None:
        name = e.attr if e.op == "map" else e.attr[0] if e.op == "call" else e.op
        raise NotSupported(f"no book says what {name} is")
    return entry


def _cached(e: Expr, entry: Entry, what: Any, make: Callable[[_Scope], Any]) -> Any:
    """What `make` gives for arguments of these shapes, made once."""
    shapes = (e.shape,) * len(e.args) if e.op == "map" else tuple([arg.shape for arg in e.args])
    keywords = _keywords(e) if e.op != "map" else ()
    key = (what, shapes, keywords)
    found = entry.templates.get(key)
    if found is None:
        entry.templates[key] = found = make(_Scope(entry, shapes, keywords))
    return found


def _expression(entry: Entry, passage: Passage, scope: _Scope, shape: Shape, **more: Expr) -> Expr:
    """A field as an expression of the shape it must have."""
    e = read_expression(passage, scope.meanings(**more))
    if not e.shape and shape:
        e = spread(e, shape)
    if e.shape != shape:
        raise passage.error(f"this has not the shape of {entry.name}")
    return e


def expand(e: Expr) -> Expr | None:
    """A function node replaced by its definition, one level; None where it has none."""
    return _field(e, "def")


def kernel_of(e: Expr) -> Expr | None:
    """The form of a function node that loses no digits; None where the node itself is it."""
    return _field(e, "kernel")


def _field(e: Expr, name: str) -> Expr | None:
    entry = entry_of(e)
    if entry is None:
        return None
    passage = entry.block.get(name)
    if passage is None:
        return None
    template = _cached(e, entry, name, lambda s: Template(_expression(entry, passage, s, e.shape), s.args))
    return template(e.args)  # type: ignore[no-any-return]


def differential_of(e: Expr, tangents: Sequence[Expr | None]) -> Expr | None:
    """The differential of a function node by its entry; a tangent None is zero.

    None where the entry has only a definition. Raises NotSupported where it has neither.
    """
    entry = _entry(e)
    passage = entry.block.get("d")
    if passage is None:
        if entry.block.get("def") is None:
            raise NotSupported(f"no book says what the derivative of {entry.name} is")
        return None
    moving = tuple([t is not None for t in tangents])

    def make(scope: _Scope) -> Template:
        still = {f"d{n}": zeros(t.shape) for n, t, m in zip(scope.names, scope.tangents, moving, strict=True) if not m}
        holes = [*scope.args, *(t for t, m in zip(scope.tangents, moving, strict=True) if m)]
        return Template(_expression(entry, passage, scope, e.shape, **still), holes)

    template = _cached(e, entry, moving, make)
    return template([*e.args, *(t for t in tangents if t is not None)])  # type: ignore[no-any-return]


def adjoint_of(e: Expr, k: int, g: Expr) -> Expr | None:
    """The adjoint of a function node in its argument k (in which it is linear) at g; None where no book has one."""
    entry = _entry(e)
    passage = entry.adjoints.get(entry.params[k].name)
    if passage is None:
        return None

    def make(scope: _Scope) -> Template:
        seed = symbol("g", e.shape)
        return Template(_expression(entry, passage, scope, e.args[k].shape, g=seed), [*scope.args, seed])

    return _cached(e, entry, ("adjoint", k), make)([*e.args, g])  # type: ignore[no-any-return]


# ---------------------------------------------------------------- conditions


def conditions_of(e: Expr, smooth: bool = True) -> tuple[Condition, ...]:
    """Under which a node has a value and, if `smooth`, its derivative; those that facts show to hold are left out."""
    if e.op == "mul":
        powers = zip(e.args[1::2], e.args[2::2], strict=True)
        return merge(*(_of_power(base, exponent, smooth) for base, exponent in powers if not is_one(exponent)))
    if e.op == "map" and e.attr == "pow":
        return merge(_of_power(*e.args, smooth))
    entry = entry_of(e)
    if entry is None:
        return ()
    names = ("domain", "smooth") if smooth else ("domain",)
    passages = [p for name in names for p in entry.block.all(name)]
    if not passages and not entry.where:
        return ()

    def make(scope: _Scope) -> list[tuple[str, list[Template]]]:
        found = [c for p in passages for c in read_condition(p, scope.meanings())]
        return [(c.predicate, [Template(arg, scope.args) for arg in c.args]) for c in found]

    stated = _cached(e, entry, names, make)
    return merge(condition(predicate, *(t(e.args) for t in parts)) for predicate, parts in stated)


def _of_power(base: Expr, exponent: Expr, smooth: bool) -> Iterable[Condition]:
    """base^exponent is real: a whole exponent needs at most a base that is not 0."""
    scalar = unspread(exponent)
    value = scalar.attr if scalar is not None and scalar.op == "number" else None
    if is_integer(exponent):
        if value is None and not is_nonnegative(exponent) or value is not None and value < 0:
            yield condition("nonzero", base)
    elif value is not None and value > 0 and not (smooth and value < 1):
        yield condition("nonnegative", base)
    else:
        yield condition("positive", base)
