"""The one expression type: an immutable, hash-consed node of a tensor expression.

Equality is identity, shared parts are shared, and every walk uses an explicit stack, so depth is no limit.
Nodes are made by `symdiff.algebra`, which normalises a little; `make` here only interns.
"""

from __future__ import annotations

import weakref
from _thread import RLock
from collections import deque
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from symdiff.dims import Shape

if TYPE_CHECKING:  # the operators and methods that `symdiff.methods` attaches, for type checkers alone
    from symdiff.methods import Methods
else:
    Methods = object


class _Open(Methods):
    """A node that is being made, whose fields can be set: a third of the time it takes to go round Expr."""

    __slots__ = ("__weakref__", "args", "attr", "cache", "op", "shape")

    op: str
    args: tuple[Expr, ...]
    attr: Any
    shape: Shape
    cache: dict[str, Any] | None


class Expr(_Open):
    """A node: `op` names the operation, `args` are Exprs, `attr` is data, `shape` the sizes of its axes.

    The ops and what `args` and `attr` hold for each are tabled in ARCHITECTURE.md. `cache` holds facts derived
    from the node (fingerprint, properties), never anything of one parse or one derivation.
    """

    __slots__ = ()

    @property
    def rank(self) -> int:
        """The number of axes; a scalar has none."""
        return len(self.shape)

    def __copy__(self) -> Expr:
        return self

    def __deepcopy__(self, memo: object) -> Expr:
        return self

    def __reduce__(self) -> tuple[Callable[..., Expr], tuple[Any, ...]]:
        return _load, (dump(self),)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"expressions are immutable: cannot set {name!r}")


class Names(NamedTuple):
    """What an expression is printed with: nodes that a user `named`, by their names, and names that are `taken`.

    Of the named ones those `in_force` are defined where it is read; with `parts` False nothing in it gets a name.
    """

    named: Mapping[Expr, str] = {}
    taken: frozenset[str] = frozenset()
    in_force: frozenset[str] = frozenset()
    parts: bool = True

    def __or__(self, other: Names) -> Names:
        named, taken = {**other.named, **self.named}, self.taken | other.taken
        return Names(named, taken, self.in_force | other.in_force, self.parts and other.parts)


class Named(Expr):
    """A node with the names that it is printed with, as it is given to a user: equal to the node, and used as it is.

    So names never are in a node, which all that made the same expression share. Inside there are nodes alone: whatever
    takes what a user holds takes its `node` (`operators.lift`).
    """

    __slots__ = ("names", "node")
    node: Expr
    names: Names

    def __eq__(self, other: object) -> bool:
        return self.node is (other.node if isinstance(other, Named) else other)

    def __hash__(self) -> int:
        return hash(self.node)

    def __reduce__(self) -> tuple[Callable[..., Expr], tuple[Any, ...]]:
        return named, (self.node, self.names)


def named(e: Expr, names: Names) -> Expr:
    """An expression with names, one object for the same names; a symbol and a number have none."""
    if isinstance(e, Named):
        return named(e.node, e.names | names)
    if not e.args or names == _NO_NAMES:
        return e
    key = e, frozenset(names.named.items()), names[1:]
    made = _named.get(key)
    if made is None:
        made = object.__new__(Named)
        fields = {
            "op": e.op,
            "args": e.args,
            "attr": e.attr,
            "shape": e.shape,
            "cache": None,
            "node": e,
            "names": names,
        }
        for field, value in fields.items():
            _set(made, field, value)
        made = _named.setdefault(key, made)
    return made


_NO_NAMES = Names()
_named: weakref.WeakValueDictionary[Any, Named] = weakref.WeakValueDictionary()

# The tables of nodes. Looking up takes no lock; only what changes a table does. A node that dies runs no code of ours
# (a callback may come at any moment, in any thread, and swallows an interrupt): its entry is put on a list, and taken
# out of its table with the next new node.

_Key = tuple[Any, ...]
_Table = dict[_Key, "_Entry"]


class _Entry(weakref.ref):  # type: ignore[type-arg]
    __slots__ = ("key", "table")
    key: _Key
    table: _Table


_table: _Table = {}
_by_arguments: dict[str, _Table] = {"add": {}, "mul": {}}  # what follows from its arguments needs no key beside them
_dead: deque[_Entry] = deque()
_bury = _dead.append
_lock = RLock()
_set = object.__setattr__
created = 0  # nodes made since the process began; tests read it to guard the cost of a derivation without a clock


def make(op: str, args: tuple[Expr, ...], attr: Hashable, shape: Shape, key: Hashable = None) -> Expr:
    """The one node with these parts. `key` tells apart attrs that compare equal (1 and 1.0)."""
    global created
    table = _by_arguments.get(op)
    if table is not None:
        full: _Key = args
    else:
        table, full = _table, (op, args, attr, shape, key)
    entry = table.get(full)
    if entry is not None and (found := entry()) is not None:
        return found
    node: Any = _Open()
    node.op, node.args, node.attr, node.shape, node.cache = op, args, attr, shape, None
    node.__class__ = Expr  # what it is from here on
    fresh = _Entry(node, _bury)
    fresh.key, fresh.table = full, table
    if _dead:
        _forget()
    if table.setdefault(full, fresh) is not fresh:
        return _settled(fresh) or node
    created += 1
    return node


def _settled(fresh: _Entry) -> Expr | None:
    """The node in whose place a fresh one was made: another thread was sooner. Or None: a dead one stood there."""
    with _lock:
        entry = fresh.table.setdefault(fresh.key, fresh)
        found: Expr | None = entry()
        if found is None:
            fresh.table[fresh.key] = fresh
        return found


def _forget() -> None:
    """Take the entries of dead nodes out of the tables; what is interrupted is done the next time."""
    with _lock:
        while _dead:
            entry = _dead[0]
            if entry.table.get(entry.key) is entry:
                del entry.table[entry.key]
            _dead.popleft()


def live() -> int:
    """How many nodes there are."""
    _forget()
    return len(_table) + sum(map(len, _by_arguments.values()))


def number_key(value: int | Fraction | float) -> str | type:
    """What tells numbers apart that compare equal: 1 from 1.0, 0.0 from -0.0; and joins nan with itself."""
    return value.hex() if isinstance(value, float) else type(value)


def recall(e: Expr, name: str) -> Any:
    """A fact remembered on a node, or None."""
    return None if e.cache is None else e.cache.get(name)


def remember(e: Expr, name: str, value: Any) -> None:
    """Keep a fact that follows from the node alone."""
    if e.cache is None:
        with _lock:  # of two threads one makes the table, or the facts of the other were lost
            if e.cache is None:
                _set(e, "cache", {name: value})
                return
    e.cache[name] = value


def worked_out(e: Expr, name: str, work: Callable[[Expr], Any]) -> Any:
    """A fact that follows from a node and from the same fact of its arguments, never None: worked out once a node."""
    if e.cache is not None and name in e.cache:
        return e.cache[name]
    stack = [e]
    while stack:
        node = stack.pop()
        if node.cache is None or name not in node.cache:
            missing = [arg for arg in node.args if arg.cache is None or name not in arg.cache]
            if missing:
                stack += (node, *reversed(missing))
            else:
                remember(node, name, work(node))
    return recall(e, name)


def postorder(*roots: Expr, into: Callable[[Expr], bool] | None = None) -> list[Expr]:
    """Every node below the roots once, arguments before the nodes that use them.

    `into(node)` False keeps the walk from descending into (but not from listing) a node.
    """
    seen: set[Expr] = set()
    order: list[Expr] = []
    stack: list[Expr | None] = list(reversed(roots))
    while stack:
        node = stack.pop()
        if node is None:  # what stands below it has all its arguments in the list
            order.append(stack.pop())  # type: ignore[arg-type]
        elif node not in seen:
            seen.add(node)
            args = node.args
            if not args or (into is not None and not into(node)):
                order.append(node)
            else:
                stack += (node, None)
                stack += args[::-1]
    return order


def walk(*roots: Expr) -> Iterator[Expr]:
    """Every node below the roots once, in the order people read: a node before its arguments."""
    seen: set[Expr] = set()
    stack = list(reversed(roots))
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        stack.extend(reversed(node.args))


_Need = TypeVar("_Need", bound=Hashable)
_Plan = TypeVar("_Plan")


def planned(
    roots: Sequence[_Need],
    plan: Callable[[_Need], _Plan],
    needs: Callable[[_Plan], Iterable[_Need]],
    done: Container[_Need],
) -> Iterator[tuple[_Need, _Plan]]:
    """What has to be worked out for the roots, each once with its plan, behind all that the plan needs.

    A plan is made when its turn first comes. The caller enters into `done` what it was given before it asks for more.
    """
    plans: dict[_Need, _Plan] = {}
    stack = list(reversed(roots))
    while stack:
        need = stack[-1]
        if need in done:
            stack.pop()
            continue
        if need not in plans:
            plans[need] = plan(need)
            missing = [other for other in needs(plans[need]) if other not in done]
            if missing:
                stack.extend(reversed(missing))
                continue
        stack.pop()
        yield need, plans.pop(need)


Flat = tuple[tuple[str, tuple[int, ...], Any, Shape], ...]


def dump(root: Expr) -> Flat:
    """The nodes below a root as flat rows, arguments by position: what pickle stores, at any depth."""
    order = postorder(root)
    place = {node: k for k, node in enumerate(order)}
    return tuple((e.op, tuple(place[a] for a in e.args), e.attr, e.shape) for e in order)


def _load(rows: Flat) -> Expr:
    nodes: list[Expr] = []
    for op, args, attr, shape in rows:
        key = number_key(attr) if op == "number" else None
        nodes.append(make(op, tuple(nodes[k] for k in args), attr, shape, key))
    return nodes[-1]
