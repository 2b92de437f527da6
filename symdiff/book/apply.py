"""What the books say of a function of given arguments: node, definition, differential, adjoint."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar, copy_context
from typing import Any, NamedTuple

from symdiff.algebra import (
    ONE,
    PARTS,
    ZERO,
    call,
    constant_in,
    fmap,
    is_one,
    is_real,
    is_singular,
    is_zero,
    keep_axes,
    may_tie,
    normal_axes,
    number,
    spread,
    symbol,
    unspread,
    zeros,
)
from symdiff.book.builtins import build, picked_of
from symdiff.book.entry import KEYWORDS, WHOLE, Entry
from symdiff.book.library import library
from symdiff.book.meaning import Meanings, read_expression
from symdiff.book.reader import Passage
from symdiff.book.shapes import check_kinds, normal_axis, stated_shape, together
from symdiff.book.templates import Template
from symdiff.dims import Dim, Shape, Size, name_of, substitute
from symdiff.errors import NotSupported, SymdiffError, UnknownNameError
from symdiff.expr import Expr, postorder, recall, remember

Keywords = tuple[tuple[str, Any], ...]
_AXES = frozenset(KEYWORDS)  # what is given by name and is no argument


def apply(name: str, args: Sequence[Expr], **keywords: Any) -> Expr:
    """The function called `name` of these arguments.

    Raises UnknownNameError with the nearest names, NotSupported for a function of the language that no book
    has yet, ShapeError for arguments that are not of the kinds of its entry.
    """
    entry = library().function(name, len(args) + len(keywords.keys() - _AXES))
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
    for param in entry.params[len(args) :]:
        if param.name in keywords:
            value = keywords.pop(param.name)
            args.append(value if isinstance(value, Expr) else number(value))
        elif param.default is not None:
            args.append(read_expression(param.default, Meanings({})))
    if unknown := set(keywords) - set(entry.keywords):
        known = f"its keywords are {', '.join(entry.keywords)}" if entry.keywords else None
        raise SymdiffError(f"`{entry.name}` has no keyword `{min(unknown)}`", hint=known)
    if not entry.accepts(len(args)):
        count = len(entry.params)
        words = f"{count} argument{'s' * (count != 1)}{' or more' * entry.params[-1].variadic}"
        note = entry.field("note")
        usage = f"{entry.name}({', '.join(p.name + '…' * p.variadic for p in entry.params)})"
        hint = f"write `{usage}`" + (f": {note}" if note else "")
        raise SymdiffError(f"`{entry.name}` takes {words}, not {len(args)}", hint=hint)
    if entry.elementwise:
        return fmap(entry.name, *together(args)) if entry.builtin is None else build(entry.builtin, together(args), {})
    check_kinds(entry, args)
    keepdims = _yes(keywords.pop("keepdims", False), "keepdims")
    data: Keywords = ()
    if "axis" in entry.keywords:
        axis = keywords.get("axis")
        data = (("axis", axis if entry.params[0].variadic else normal_axis(entry, args[0], axis)),)
    if "reverse" in entry.keywords:
        data = (*data, ("reverse", _yes(keywords.get("reverse", False), "reverse")))
    if _vanishes(entry, args):
        result = zeros(_result_shape(entry, tuple(args), data))
    elif entry.builtin is not None:
        result = build(entry.builtin, args, dict(data))
    else:
        result = call(entry.name, tuple(args), data, _result_shape(entry, tuple(args), data))
    return keep_axes(result, normal_axes(args[0], dict(data).get("axis"))) if keepdims else result


def _yes(value: Any, keyword: str) -> bool:
    if not isinstance(value, bool):
        raise SymdiffError(f"{keyword} is True or False, not {str(value)[:40]}")
    return value


def is_of_zero(e: Expr) -> bool:
    """Whether a function node is zero as it is linear in an argument that is."""
    return e.op == "call" and any(map(is_zero, e.args)) and _vanishes(_entry(e), e.args)


def _vanishes(entry: Entry, args: Sequence[Expr]) -> bool:
    """Whether an argument that the function is linear in, so that it has an adjoint there, is zero."""
    if not any(map(is_zero, args)):
        return False
    linear = entry.adjoints
    return any(is_zero(arg) and p.name in linear for arg, p in zip(args, entry.params, strict=False))


def _result_shape(entry: Entry, args: tuple[Expr, ...], keywords: Keywords) -> Shape:
    """The shape of the value: as stated, or that of its definition, or that of its differential."""
    if entry.like is not None:
        return args[[p.name for p in entry.params].index(entry.like)].shape
    holes = _holes(entry, args)
    pattern, sizes = _unnamed(holes)
    key = ("shape", pattern, keywords)
    known = entry.templates.get(key)
    if known is None:
        scope = Scope(entry, holes, keywords)
        shape = copy_context().run(_work_out_shape, entry, scope, key)  # what it marks as under way ends with it
        known = shape, sizes
        entry.templates.put(key, known)
    shape, first = known
    renamed = _renamed(first, sizes)
    return tuple(substitute(dim, renamed) for dim in shape)


_under_way: ContextVar[frozenset[Any]] = ContextVar("under_way", default=frozenset())


def _work_out_shape(entry: Entry, scope: Scope, key: tuple[Any, ...]) -> Shape:
    if entry.result is not None:
        return stated_shape(entry.result, scope.sizes)
    field = entry.block.get("def") or entry.block.get("d")
    if field is None:
        raise entry.block.header.error(f"nothing states the shape of {entry.name}: add `-> kind` or a def")
    mark = (entry, key)
    if mark in _under_way.get():
        raise field.error(f"the shape of {entry.name} depends on itself: add `-> kind` to its first line")
    _under_way.set(_under_way.get() | {mark})
    return read_expression(field, scope.meanings()).shape


Hole = Shape | Expr  # what a template knows of an argument: its shape, or the whole argument


def _holes(entry: Entry, args: Sequence[Expr]) -> tuple[Hole, ...]:
    """Numbers and what has to be a whole number are known beforehand: x^3 has a template of its own."""
    if not entry.has_integers:
        return tuple([arg if arg.op == "number" else arg.shape for arg in args])
    whole = [param.kind in WHOLE for param in entry.params]
    return tuple([arg if known else arg.shape for arg, known in zip(args, whole, strict=True)])


class Scope:
    """The names an entry's fields may use, for arguments of given shapes: placeholders, sizes, keywords."""

    def __init__(self, entry: Entry, holes: tuple[Hole, ...], keywords: Keywords, real: bool = True) -> None:
        self.names = [p.name for p in entry.params]
        pairs = list(zip(self.names, holes, strict=True))
        anything = () if real else {"complex"}  # nothing that holds for reals alone is done to others
        self.args = [hole if isinstance(hole, Expr) else symbol(name, hole, anything) for name, hole in pairs]
        self.tangents = [symbol(f"d{name}", a.shape, anything) for name, a in zip(self.names, self.args, strict=True)]
        self.sizes = check_kinds(entry, self.args)
        self.keywords = dict(keywords)

    def meanings(self, **more: Expr) -> Meanings:
        values = dict(zip(self.names, self.args, strict=True))
        values.update({f"d{name}": t for name, t in zip(self.names, self.tangents, strict=True)})
        values.update(more)
        return Meanings(values, self.sizes, self.keywords)


# ---------------------------------------------------------------- nodes and their entries


def entry_of(e: Expr) -> Entry | None:
    """The entry of a node that is a function (a lone scalar power is one), else None."""
    op = e.op
    if op == "map":
        return library().function(e.attr, len(e.args))
    if op == "mul":
        return library().function("pow", 2) if _is_power(e) else None
    if op == "call":
        return library().function(e.attr[0], len(e.args))
    if op == "reduce" or op == "scan":
        return library().function(e.attr[0], 1)
    if op == "index" and (picked := picked_of(e)) is not None:
        return library().function(picked[0], 2)
    return None


def _is_power(e: Expr) -> bool:
    return e.op == "mul" and len(e.args) == 3 and is_one(e.args[0])


def arguments_of(e: Expr) -> tuple[Expr, ...]:
    if e.op == "index":
        picked = picked_of(e)
        assert picked is not None
        return picked[1]
    return e.args[1:] if e.op == "mul" else e.args


def _keywords(e: Expr) -> Keywords:
    """The keywords a node was made with."""
    if e.op == "call":
        return e.attr[1]
    if e.op == "reduce":
        axes = e.attr[1]
        return (("axis", None if len(axes) == e.args[0].rank else axes),)
    if e.op == "scan":
        return (("axis", (e.attr[1],)), ("reverse", e.attr[2]))
    return ()


def _entry(e: Expr) -> Entry:
    entry = entry_of(e)
    if entry is None:
        name = e.attr if e.op == "map" else e.attr[0] if e.op == "call" else e.op
        raise NotSupported(f"no book says what {name} is")
    return entry


def cached(
    e: Expr, args: Sequence[Expr], entry: Entry, what: Any, make: Callable[[Scope], Any], real: bool = False
) -> tuple[Any, Mapping[str, Dim]]:
    """What `make` gives for arguments of these shapes, made once whatever their sizes are called.

    And the sizes that take the places of the names it was made with.
    """
    real = real or entry.is_of_reals or all(map(is_real, args))
    holes = (e.shape,) if len(args) == 1 and e.op == "map" else _holes(entry, args)
    pattern, sizes = _unnamed(holes, e.shape)
    key = (what, real, pattern, _keywords(e))
    found = entry.templates.get(key)
    if found is None:
        found = make(Scope(entry, holes, _keywords(e), real)), sizes
        entry.templates.put(key, found)
    made, first = found
    return made, _renamed(first, sizes)


def _renamed(first: tuple[Dim, ...], sizes: tuple[Dim, ...]) -> Mapping[str, Dim]:
    """The sizes by the names of the first ones."""
    return {} if first == sizes else {str(old): new for old, new in zip(first, sizes, strict=True)}


def _unnamed(holes: tuple[Hole, ...], shape: Shape = ()) -> tuple[tuple[Any, ...], tuple[Dim, ...]]:
    """Shapes with numbers below 0 for the sizes that are names, in the order of the names; and these sizes.

    The shapes as they are where a size is made of names, or a size of the result is none of theirs.
    """
    named = {dim for hole in holes if not isinstance(hole, Expr) for dim in hole if isinstance(dim, Size)}
    if not named:
        return holes, ()
    known = all(hole.op == "number" for hole in holes if isinstance(hole, Expr))
    if not known or None in map(name_of, named) or any(d not in named for d in shape if isinstance(d, Size)):
        return holes, ()
    sizes = tuple(sorted(named, key=lambda dim: dim.terms))
    place: dict[Dim, int] = {dim: ~k for k, dim in enumerate(sizes)}
    pattern = [hole if isinstance(hole, Expr) else tuple([place.get(d, d) for d in hole]) for hole in holes]
    return tuple(pattern), sizes


def _expression(entry: Entry, passage: Passage, scope: Scope, shape: Shape, **more: Expr) -> Expr:
    """A field as an expression of the shape it must have."""
    e = read_expression(passage, scope.meanings(**more))
    if not e.shape and shape:
        e = spread(e, shape)
    if e.shape != shape:
        raise passage.error(f"this has not the shape of {entry.name}")
    return e


def expand(e: Expr) -> Expr | None:
    """A function node replaced by its definition, one level; None where it has none."""
    known = recall(e, "def")
    if known is None or known[0] is not library():
        known = library(), field_of(e, "def")
        remember(e, "def", known)
    meaning: Expr | None = known[1]
    return meaning


def kernel_of(e: Expr) -> Expr | None:
    """The form of a function node that loses no digits; None where the node itself is it."""
    return field_of(e, "kernel")


def field_of(e: Expr, name: str) -> Expr | None:
    entry = entry_of(e)
    if entry is None:
        return None
    passage = entry.block.get(name)
    if passage is None:
        return None
    args = arguments_of(e)

    def make(scope: Scope) -> Template:
        meaning = _expression(entry, passage, scope, e.shape)
        if any(entry_of(node) is entry and not constant_in(node, *scope.args) for node in postorder(meaning)):
            raise passage.error(f"{entry.name} is said in terms of itself")
        return Template(meaning, scope.args)

    template, sizes = cached(e, args, entry, name, make)
    meaning: Expr = template(args, sizes)
    return None if meaning is e else meaning  # tril(X) is tril(ones(m, n)) .* X, and tril(ones(m, n)) is itself


def differential_of(e: Expr, tangents: Sequence[Expr | None]) -> Expr | None:
    """The differential of a function node by its entry; a tangent None is zero.

    None where the entry has only a definition. Raises NotSupported where it has neither.
    """
    entry = _entry(e)
    planar = not (entry.is_holomorphic or entry.is_of_reals or entry.by_definition)
    plain = "complex" if planar and not all(map(is_real, arguments_of(e))) else "d"
    field = field_by_structure(entry, arguments_of(e)) or plain
    passage = entry.block.get(field)
    if passage is None:
        if entry.block.get("def") is None:
            raise NotSupported(f"no book says what the derivative of {entry.name} is")
        return None
    args = arguments_of(e)
    if len(args) > 1 and e.shape and e.op == "map":
        args = tuple([_thin(arg) if t is None else arg for arg, t in zip(args, tangents, strict=True)])
    moving = tuple([t is not None for t in tangents])

    def make(scope: Scope) -> Template:
        marked = list(zip(scope.names, scope.tangents, moving, strict=True))
        for name in (name for name, _, moves in marked if moves):
            if not re.search(rf"\bd{name}\b", passage.text):
                raise NotSupported(f"{entry.name} has no derivative by {name}")
        still = {f"d{name}": zeros(tangent.shape) for name, tangent, moves in marked if not moves}
        holes = [*scope.args, *(tangent for _, tangent, moves in marked if moves)]
        return Template(_expression(entry, passage, scope, e.shape, **still), holes)

    template, sizes = cached(e, args, entry, (field, moving), make)
    differential: Expr = template([*args, *(t for t in tangents if t is not None)], sizes)
    return differential


class Partial(NamedTuple):
    """The derivative of a function of scalars by one argument, and whether it holds for real arguments alone."""

    template: Template
    of_reals: bool


def partial_of(name: str, count: int, k: int) -> Partial | None:
    """By argument k of `count`; None where it takes more than the entry's line `d`."""
    entry = library().function(name, count)
    if entry is None:
        return None
    found: tuple[Partial | None] | None = entry.templates.get(("partial", k))
    if found is None:
        template = _partial(entry, k)
        found = (None if template is None else Partial(template, not entry.is_holomorphic),)
        entry.templates.put(("partial", k), found)
    return found[0]


def _partial(entry: Entry, k: int) -> Template | None:
    passage, name = entry.block.get("d"), entry.params[k].name
    smooth = entry.elementwise and not any(map(entry.block.get, ("cases", "tied", "singular")))
    if passage is None or not smooth or entry.name in PARTS or not re.search(rf"\bd{name}\b", passage.text):
        return None
    scope = Scope(entry, ((),) * len(entry.params), (), real=not entry.is_holomorphic)
    moves = {f"d{p.name}": ONE if p.name == name else ZERO for p in entry.params}
    return Template(_expression(entry, passage, scope, (), **moves), scope.args)


def field_by_structure(entry: Entry, args: Sequence[Expr]) -> str | None:
    """The field with the differential at arguments of this structure, where that is another than `d`."""
    if entry.block.get("tied") is not None and any(map(may_tie, args)):
        return "tied"
    return "singular" if entry.block.get("singular") is not None and is_singular(args[0]) else None


def _thin(arg: Expr) -> Expr:
    """The scalar that is spread, where arg is one: x.^2 is differentiated with the exponent 2."""
    scalar = unspread(arg)
    return arg if scalar is None else scalar


def adjoint_of(e: Expr, k: int, g: Expr) -> Expr | None:
    """The adjoint at g of a function node in its argument k, it is linear in; None where no book has it."""
    entry = _entry(e)
    passage = entry.adjoints.get(entry.params[k].name)
    if passage is None:
        return None

    def make(scope: Scope) -> Template:
        seed = symbol("g", e.shape)
        return Template(_expression(entry, passage, scope, e.args[k].shape, g=seed), [*scope.args, seed])

    template, sizes = cached(e, e.args, entry, ("adjoint", k), make)
    adjoint: Expr = template([*e.args, g], sizes)
    return adjoint
