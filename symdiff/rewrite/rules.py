"""The rules of the books, found by the head of a node, and applied where their conditions hold."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeVar
from weakref import WeakKeyDictionary

from symdiff import dims
from symdiff.algebra import called, eye, hadamard, index, mul, ones, power, rebuild, scale, size_scalar, spread, zeros
from symdiff.algebra.conditions import Condition, holds
from symdiff.algebra.entries import Item, Slice
from symdiff.book import Library, Rule, library
from symdiff.dims import Shape
from symdiff.expr import Expr, postorder, remember
from symdiff.rewrite.match import Env, Found, FoundNode, FoundTerms, find_in_product, find_in_sum, match
from symdiff.rewrite.product import Product, is_product, product

_TRIES = 8  # matches of one rule at one node that are looked at before it is given up
_RECORDABLE = frozenset({"nonzero"})  # what collecting may assume, if it says so: a removable point


class Recorder(Protocol):
    """Whoever wants to hear of each rewriting."""

    def rewrite(self, rule: str, before: Expr, after: Expr, conditions: tuple[Condition, ...]) -> None: ...


class Rewritten(NamedTuple):
    """What a rule made of a node, and on which conditions."""

    rule: str
    after: Expr
    conditions: tuple[Condition, ...]


class _Needs(NamedTuple):
    """What a product must have for a rule to be worth a search: heads of factors, axes, structures of some factor."""

    heads: frozenset[Hashable]
    axes: bool
    structures: tuple[str, ...]


def _has(subject: Product, structures: tuple[str, ...]) -> bool:
    """Whether for each structure there is a factor that has it."""
    matrices = [factor.base for factor in subject.factors if len(factor.labels) == 2]
    return bool(matrices) and all(any(holds(Condition(s, (base,))) for base in matrices) for s in structures)


def _wanted(rule: Rule, pattern: Product) -> tuple[str, ...]:
    """The structures that a rule's conditions ask of its factors."""
    bases = {factor.base for factor in pattern.factors}
    return tuple(c.predicate for c in rule.conditions if c.predicate == "orthogonal" and c.args[0] in bases)


class Table:
    """The rules of one phase by the heads of what they match."""

    def __init__(self, rules: Iterable[Rule], assuming: bool) -> None:
        self.assuming = assuming
        self.nodes: dict[Hashable, list[Rule]] = {}
        self.products: dict[Hashable, list[tuple[int, Rule, Product, _Needs]]] = {}
        self.sums: dict[Hashable, list[tuple[int, Rule, frozenset[Hashable]]]] = {}
        for order, rule in enumerate(rules):
            self._enter(order, rule)

    def _enter(self, order: int, rule: Rule) -> None:
        lhs = rule.lhs
        if is_product(lhs):
            pattern = product(lhs)
            keys = [k for f in pattern.factors if (k := head(f.base)) is not None]
            rarest = min(keys, key=lambda k: k == "product", default=None)
            needs = _Needs(frozenset(keys), any(f.labels for f in pattern.factors), _wanted(rule, pattern))
            self.products.setdefault(rarest, []).append((order, rule, pattern, needs))
        elif lhs.op == "add":
            keys = [k for term in lhs.args for k in term_heads(term)]
            self.sums.setdefault(keys[0] if keys else None, []).append((order, rule, frozenset(keys)))
        else:
            self.nodes.setdefault(head(lhs), []).append(rule)

    def rewritings(self, e: Expr) -> Iterator[Rewritten]:
        """What the rules make of this node, not of what is below it."""
        for rule, found in self._finds(e):
            verdict = self._conditions(rule, found.env)
            if verdict is not None:
                yield Rewritten(rule.name, found.put(instantiate(rule.rhs, found.env, found.shape)), verdict)

    def _finds(self, e: Expr) -> Iterator[tuple[Rule, Found | FoundTerms | FoundNode]]:
        if e.op == "add":
            heads = {k for term in e.args for k in term_heads(term)} if self.sums else set()
            for _, rule, wanted in _in_order(self.sums, heads):
                if wanted <= heads:
                    yield from ((rule, found) for found in islice(find_in_sum(rule.lhs, e), _TRIES))
        elif is_product(e):
            subject = None if e.op == "mul" else product(e)
            heads = set(map(head, e.args[1::2] if subject is None else (f.base for f in subject.factors)))
            for _, rule, pattern, needs in _in_order(self.products, heads):
                if not needs.heads <= heads or (needs.axes and subject is None):
                    continue
                subject = product(e) if subject is None else subject
                if not needs.structures or _has(subject, needs.structures):
                    yield from ((rule, found) for found in islice(find_in_product(pattern, subject), _TRIES))
        elif e.args:
            for rule in self.nodes.get(head(e), ()):
                yield from ((rule, FoundNode(env, e.shape)) for env in islice(match(rule.lhs, e), _TRIES))

    def _conditions(self, rule: Rule, env: Env) -> tuple[Condition, ...] | None:
        """What has to be assumed for the rule; None where it does not, or may not be known to, hold."""
        assumed: list[Condition] = []
        for condition in rule.conditions:
            args = tuple(instantiate(arg, env, ()) for arg in condition.args)
            stated = Condition(condition.predicate, args)
            known = holds(stated)
            if known is None and self.assuming and condition.predicate in _RECORDABLE:
                assumed.append(stated)
            elif not known:
                return None
        return tuple(assumed)


_Entry = TypeVar("_Entry", bound=tuple[Any, ...])


def _in_order(entries: dict[Hashable, list[_Entry]], keys: set[Hashable]) -> list[_Entry]:
    """The entries under these keys, and those that any key may meet, in the order of the books."""
    found = [entry for key in {*keys, None} if key in entries for entry in entries[key]]
    return sorted(found, key=lambda entry: entry[0]) if len(found) > 1 else found


def head(e: Expr) -> Hashable:
    """What a node is, as far as a pattern without variables at its top can tell; None for leaves."""
    if is_product(e):
        return "product"  # of scalars, with axes, or a power element by element: one pattern meets them all
    if e.op == "map":
        return e.attr
    if e.op == "call":
        return e.attr[0]
    if e.op in ("symbol", "number"):
        return None
    return e.op


def term_heads(term: Expr) -> list[Hashable]:
    """The heads of a term of a sum, or of its factors where it is a product."""
    if term.op == "mul":
        return [k for base in term.args[1::2] if (k := head(base)) is not None]
    if not is_product(term):
        key = head(term)
        return [] if key is None else [key]
    return [k for f in product(term).factors if (k := head(f.base)) is not None]


def table(phase: str) -> Table:
    """The rules of a phase in the library in use."""
    book = library()
    tables = _tables.setdefault(book, {})
    if phase not in tables:
        tables[phase] = Table(book.rules(phase), assuming=phase != "simplify")
    return tables[phase]


def kept(e: Expr, name: str, rules: Table) -> Expr | None:
    """What these rules made of a node before, if that was kept under the name."""
    found = None if e.cache is None else e.cache.get(name)
    if found is None or found[0] is not rules:
        return None
    return e if found[1] is None else found[1]


def keep(e: Expr, name: str, rules: Table, after: Expr) -> None:
    """Keep what rules made of a node: itself as None, or it would never be dropped."""
    remember(e, name, (rules, None if after is e else after))


_tables: WeakKeyDictionary[Library, dict[str, Table]] = WeakKeyDictionary()


def instantiate(e: Expr, env: Env, shape: Shape) -> Expr:
    """A rule's side with its variables put in; a scalar side is lifted to a shape, entry by entry."""
    made: dict[Expr, Expr] = {}
    for node in postorder(e):
        made[node] = _instance(node, [made[arg] for arg in node.args], env)
    result = made[e]
    return spread(result, shape) if shape and not result.shape else result


def _instance(e: Expr, args: list[Expr], env: Env) -> Expr:
    if e.op == "symbol":
        if "dimension" in e.attr.properties:
            return size_scalar(env.sizes[e.attr.name])
        return env.values[e]
    if e.op == "constant" and e.shape:
        return _constant(e, env)
    if not args:
        return e
    lifted = next((arg.shape for arg in args if arg.shape), ())
    if not e.shape and lifted and not any(arg.shape for arg in e.args):
        return _lifted(e, args, lifted)
    if e.op == "call":
        return called(e.attr[0], args, e.attr[1], _shape(e.shape, env))
    if e.op == "index":
        return index(args[0], [_item(item, env) for item in e.attr])
    return rebuild(e, tuple(args))


def _lifted(e: Expr, args: list[Expr], shape: Shape) -> Expr:
    """A scalar operation on arguments that now have axes."""
    if e.op == "mul":
        powers = [power(args[k], args[k + 1]) for k in range(1, len(args), 2)]
        scalars = mul(args[0], *(p for p in powers if not p.shape))
        return scale(scalars, hadamard(*(p for p in powers if p.shape)))
    spreaded = [spread(arg, shape) if not arg.shape else arg for arg in args]
    return rebuild(e, tuple(spreaded))


def _constant(e: Expr, env: Env) -> Expr:
    shape = _shape(e.shape, env)
    if e.attr == "eye":
        return eye(shape[0])
    if e.attr in ("ones", "zeros"):
        return ones(shape) if e.attr == "ones" else zeros(shape)
    return e


def _item(item: Item, env: Env) -> Item:
    if isinstance(item, Slice):
        return Slice(dims.substitute(item.start, env.sizes), dims.substitute(item.stop, env.sizes), item.step)
    return dims.substitute(item, env.sizes)


def _shape(shape: Shape, env: Env) -> Shape:
    return tuple(dims.substitute(dim, env.sizes) for dim in shape)
