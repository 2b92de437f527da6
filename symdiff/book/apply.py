"""What the books say of a function of given arguments: node, definition, differential, adjoint."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar, copy_context
from typing import Any

from symdiff.algebra import (
    Condition,
    call,
    condition,
    constant_in,
    fmap,
    has_real_power,
    is_integer,
    is_nonnegative,
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
    up_to_structure,
    zeros,
)
from symdiff.algebra.conditions import merge
from symdiff.algebra.function_facts import Said, register
from symdiff.algebra.leaves import is_whole
from symdiff.book.builtins import build, picked_of
from symdiff.book.entry import Entry
from symdiff.book.library import library
from symdiff.book.meaning import Meanings, read_condition, read_expression
from symdiff.book.reader import Passage
from symdiff.book.shapes import check_kinds, normal_axis, stated_shape, together
from symdiff.book.templates import Template
from symdiff.book.values import said_of
from symdiff.dims import Shape
from symdiff.errors import NotSupported, SymdiffError, UnknownNameError
from symdiff.expr import Expr, postorder, recall, remember

Keywords = tuple[tuple[str, Any], ...]


def apply(name: str, args: Sequence[Expr], **keywords: Any) -> Expr:
    """The function called `name` of these arguments.

    Raises UnknownNameError with the nearest names, NotSupported for a function of the language that no book
    has yet, ShapeError for arguments that are not of the kinds of its entry.
    """
    entry = library().function(name, len(args))
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
        return fmap(entry.name, *together(args))
    check_kinds(entry, args)
    keepdims = bool(keywords.pop("keepdims", False))
    data: Keywords = ()
    if "axis" in entry.keywords:
        axis = keywords.get("axis")
        data = (("axis", axis if entry.params[0].variadic else normal_axis(entry, args[0], axis)),)
    if "reverse" in entry.keywords:
        data = (*data, ("reverse", bool(keywords.get("reverse", False))))
    if _vanishes(entry, args):
        result = zeros(_result_shape(entry, tuple(args), data))
    elif entry.builtin is not None:
        result = build(entry.builtin, args, dict(data))
    else:
        result = call(entry.name, tuple(args), data, _result_shape(entry, tuple(args), data))
    return keep_axes(result, normal_axes(args[0], dict(data).get("axis"))) if keepdims else result


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
    key = ("shape", holes, keywords)
    known = entry.templates.get(key)
    if known is None:
        scope = _Scope(entry, holes, keywords)
        known = copy_context().run(_work_out_shape, entry, scope, key)  # what it marks as under way ends with it
        entry.templates.put(key, known)
    return known


_under_way: ContextVar[frozenset[Any]] = ContextVar("under_way", default=frozenset())


def _work_out_shape(entry: Entry, scope: _Scope, key: tuple[Any, ...]) -> Shape:
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
    whole = [param.kind in ("integer", "exponent") for param in entry.params]
    return tuple([arg if known else arg.shape for arg, known in zip(args, whole, strict=True)])


class _Scope:
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


def _arguments(e: Expr) -> tuple[Expr, ...]:
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


def _cached(
    e: Expr, args: Sequence[Expr], entry: Entry, what: Any, make: Callable[[_Scope], Any], real: bool = False
) -> Any:
    """What `make` gives for arguments of these shapes, made once."""
    real = real or entry.is_of_reals or all(map(is_real, args))
    if len(args) == 1 and e.op == "map":
        key: tuple[Any, ...] = (what, real, e.shape)
    else:
        key = (what, real, _holes(entry, args), _keywords(e))
    found = entry.templates.get(key)
    if found is None:
        scope = _Scope(entry, (e.shape,) if len(key) == 3 else key[2], _keywords(e), real)
        found = make(scope)
        entry.templates.put(key, found)
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
    known = recall(e, "def")
    if known is None or known[0] is not library():
        known = library(), _field(e, "def")
        remember(e, "def", known)
    meaning: Expr | None = known[1]
    return meaning


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
    args = _arguments(e)

    def make(scope: _Scope) -> Template:
        meaning = _expression(entry, passage, scope, e.shape)
        if any(entry_of(node) is entry and not constant_in(node, *scope.args) for node in postorder(meaning)):
            raise passage.error(f"{entry.name} is said in terms of itself")
        return Template(meaning, scope.args)

    meaning: Expr = _cached(e, args, entry, name, make)(args)
    return None if meaning is e else meaning  # tril(X) is tril(ones(m, n)) .* X, and tril(ones(m, n)) is itself


def differential_of(e: Expr, tangents: Sequence[Expr | None]) -> Expr | None:
    """The differential of a function node by its entry; a tangent None is zero.

    None where the entry has only a definition. Raises NotSupported where it has neither.
    """
    entry = _entry(e)
    planar = not (entry.is_holomorphic or entry.is_of_reals or entry.by_definition)
    plain = "complex" if planar and not all(map(is_real, _arguments(e))) else "d"
    field = _by_structure(entry, _arguments(e)) or plain
    passage = entry.block.get(field)
    if passage is None:
        if entry.block.get("def") is None:
            raise NotSupported(f"no book says what the derivative of {entry.name} is")
        return None
    args = _arguments(e)
    if len(args) > 1 and e.shape and e.op == "map":
        args = tuple([_thin(arg) if t is None else arg for arg, t in zip(args, tangents, strict=True)])
    moving = tuple([t is not None for t in tangents])

    def make(scope: _Scope) -> Template:
        marked = list(zip(scope.names, scope.tangents, moving, strict=True))
        for name in (name for name, _, moves in marked if moves):
            if not re.search(rf"\bd{name}\b", passage.text):
                raise NotSupported(f"{entry.name} has no derivative by {name}")
        still = {f"d{name}": zeros(tangent.shape) for name, tangent, moves in marked if not moves}
        holes = [*scope.args, *(tangent for _, tangent, moves in marked if moves)]
        return Template(_expression(entry, passage, scope, e.shape, **still), holes)

    template = _cached(e, args, entry, (field, moving), make)
    return template([*args, *(t for t in tangents if t is not None)])


def _by_structure(entry: Entry, args: Sequence[Expr]) -> str | None:
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

    def make(scope: _Scope) -> Template:
        seed = symbol("g", e.shape)
        return Template(_expression(entry, passage, scope, e.args[k].shape, g=seed), [*scope.args, seed])

    return _cached(e, e.args, entry, ("adjoint", k), make)([*e.args, g])


def _values_of(e: Expr) -> Said | None:
    """What the entry of a function says of its values."""
    name = e.attr if e.op == "map" else e.attr[0]
    entry = library().function(name, len(e.args))
    return None if entry is None else said_of(entry)


# ---------------------------------------------------------------- conditions


def conditions_of(e: Expr, smooth: bool = True) -> tuple[Condition, ...]:
    """Under which a node has a value and, if `smooth`, its derivative; what is known to hold is left out."""
    return merge(domain_of(e), smooth_of(e)) if smooth else domain_of(e)


def domain_of(e: Expr, real: bool | None = None) -> tuple[Condition, ...]:
    """Under which a node has a value, given its arguments: among the reals or in the plane, else as facts of it say."""
    return merge(_asked(e, None, is_of_reals(e) if real is None else real))


def smooth_of(e: Expr, order: int = 1) -> tuple[Condition, ...]:
    """Under which a node that has a value has derivatives up to an order."""
    return merge(_asked(e, order, is_of_reals(e)))


def _real_domain_of(e: Expr) -> tuple[Condition, ...]:
    """Under which a node of real arguments has a real value: facts of the node itself are not asked for."""
    return merge(_asked(e, None, all(map(is_real, e.args))))


def is_of_reals(e: Expr) -> bool:
    """Whether a node is meant among the reals: log(x) is, log(-1) is in the plane."""
    if e.op == "mul":
        return all(map(has_real_power, e.args[1::2], e.args[2::2]))
    return all(map(is_real, e.args)) and (is_real(e) or e.op not in ("map", "call"))


def _asked(e: Expr, order: int | None, real: bool) -> Iterable[Condition]:
    """What a node asks for: of its domain, or with an order of where it is smooth; among the reals or in the plane."""
    if e.op == "mul":
        for base, k in zip(e.args[1::2], e.args[2::2], strict=True):
            if not is_one(k):
                yield from _where(_of_power(base, k, order), real or has_real_power(base, k))
    elif e.op == "map" and e.attr == "pow":
        yield from _where(_of_power(e.args[0], e.args[1], order), real)
    elif e.op == "call" and e.attr[0] in ("matpow", "matpow_d"):
        yield from _where(_of_matrix_power(e.args[0], e.args[-1]) if order is None else (), real)
    else:
        yield from _where(_stated(e, order), real)


def is_by_cases(e: Expr) -> bool:
    """Whether a node is a function entry by entry that its book writes by cases, of real arguments."""
    entry = entry_of(e) if e.op == "map" else None
    by = entry is not None and (entry.block.get("cases") is not None or is_by_definition(e))
    return by and all(map(is_real, e.args))


def cases_of(e: Expr) -> Expr | None:
    """A function node written by cases, where it is one that is."""
    if not is_by_cases(e):
        return None
    return expand(e) if _entry(e).field("cases") in (None, "def") else _field(e, "cases")


def is_by_definition(e: Expr) -> bool:
    """Whether where a node is smooth is said by its definition alone."""
    entry = entry_of(e)
    if entry is None or entry.block.get("def") is None:
        return False
    return all(entry.block.get(name) is None for name in ("d", "domain", "smooth"))


def is_step(e: Expr) -> bool:
    """Whether a node is a function that is constant between its jumps."""
    entry = entry_of(e) if e.op == "map" else None
    return entry is not None and entry.field("d") == "0*dx"


def _where(stated: Iterable[Condition], real: bool) -> Iterable[Condition]:
    """Conditions among the reals, or in the plane."""
    planar = (c if real and all(map(is_real, c.args)) else _in_the_plane(c) for c in stated)
    return filter(None, planar)


_IN_THE_PLANE = {"positive": "nonzero", "less": "apart"}
_ORDERED = frozenset({"nonnegative", "less_equal", "within", "within_closed"})


def _in_the_plane(c: Condition) -> Condition | None:
    """A condition on reals for complex numbers: only the edge of an order may matter there."""
    if c.predicate in _ORDERED:
        return None
    return c._replace(predicate=_IN_THE_PLANE.get(c.predicate, c.predicate))


def _stated(e: Expr, order: int | None = None) -> Iterable[Condition]:
    """What the entry of a node states of its domain; with an order, of where it is smooth."""
    entry = entry_of(e)
    if entry is None:
        return ()
    name = "domain" if order is None else "smooth"
    passages = entry.block.all(name)
    if order is not None and _by_structure(entry, _arguments(e)) == "singular":
        return ()
    if not passages:
        return ()

    def make(scope: _Scope) -> list[Callable[[Sequence[Expr]], Condition]]:
        meanings = scope.meanings() if order is None else scope.meanings(order=number(order))
        return [_template(c, scope.args) for p in passages for c in read_condition(p, meanings)]

    args = _arguments(e)
    found = [made(args) for made in _cached(e, args, entry, (name, order), make, real=True)]
    return found if order is None else map(up_to_structure, found)


def _template(c: Condition, holes: Sequence[Expr]) -> Callable[[Sequence[Expr]], Condition]:
    """A condition on placeholders as one of whatever takes their places."""
    parts = [Template(arg, holes) for arg in c.args]
    given = [_template(g, holes) for g in c.given]
    return lambda args: Condition(c.predicate, tuple(t(args) for t in parts), tuple(g(args) for g in given))


def _of_power(base: Expr, exponent: Expr, order: int | None) -> Iterable[Condition]:
    """base^exponent is real, or smooth up to an order: a whole exponent needs at most a base that is not 0."""
    scalar = unspread(exponent)
    value = scalar.attr if scalar is not None and scalar.op == "number" else None
    if is_integer(exponent) or (value is not None and is_whole(value)):
        if order is None and (value < 0 if value is not None else not is_nonnegative(exponent)):
            yield condition("nonzero", base)
    elif order is None:
        yield condition("nonnegative" if value is not None and value > 0 else "positive", base)
    elif value is not None and 0 < value < order:
        yield condition("positive", base)


def _of_matrix_power(base: Expr, exponent: Expr) -> Iterable[Condition]:
    """A power that is not whole is principal, a negative one one of the inverse."""
    if not is_integer(exponent):
        yield condition("principal", base)
    elif not is_nonnegative(exponent):
        yield condition("invertible", base)


register(_values_of, _real_domain_of)
