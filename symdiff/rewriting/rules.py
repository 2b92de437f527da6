"""The rules of the books, found by the head of a node, and applied where their conditions hold."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from symdiff.algebra import (
    ONE,
    hadamard,
    is_orthogonal,
    mul,
    power,
    rebuild,
    resized,
    scale,
    spread,
)
from symdiff.algebra.conditions import Condition, holds
from symdiff.book import Library, Rule, library
from symdiff.book.library import is_shipped
from symdiff.book.recent import Recent
from symdiff.dims import Shape
from symdiff.expr import Expr, postorder, remember
from symdiff.rewriting.match import (
    EMPTY,
    WIDEST,
    Env,
    Found,
    FoundNode,
    FoundTerms,
    find_in_product,
    find_in_sum,
    is_bare,
    match,
    repeats,
)
from symdiff.rewriting.product import Product, is_product, product

_RUNS = 8  # factors of a chain that a variable of a rule may stand for
_TRIES = 8  # matches of one rule at one node that are looked at before it is given up
_CALL_OR_BRACKET = re.compile(r"[^\W\d]\w*(?=\()|[()\[\]]")
_REDUCTION = re.compile(r"(?:max|min|prod)\([\w(]+\)+")
_ARRAYS = "arrays"  # stands for the head of a product of arrays none of which is a function
_EQUAL, _RAISED = "equal factors", "powers"  # that products have them, beside the heads of their factors
_RECORDABLE = frozenset({"nonzero"})  # what collecting may assume, if it says so: a removable point


class Recorder(Protocol):
    """Whoever wants to hear of each rewriting."""

    def rewrite(self, rule: str, before: Expr, after: Expr, conditions: tuple[Condition, ...]) -> None: ...


class Rewritten(NamedTuple):
    """What a rule made of a node, and on which conditions."""

    rule: str
    after: Expr
    conditions: tuple[Condition, ...]


def _met_orthogonal(subject: Product) -> int:
    """How often a factor occurs that is known to be orthogonal."""
    bases = [factor.base for factor in subject.factors if len(factor.labels) == 2]
    return max([bases.count(base) for base in {*bases} if is_orthogonal(base)], default=0)


def _wanted_orthogonal(rule: Rule, pattern: Product) -> int:
    """How often a factor occurs that a rule's conditions ask to be orthogonal: two times in Q'*Q."""
    asked = [c.args[0] for c in rule.conditions if c.predicate == "orthogonal"]
    return max((sum(factor.base is base for factor in pattern.factors) for base in asked), default=0)


class _Entry(NamedTuple):
    """A rule that was read: its place among the others, the heads a node or its terms must have, and its arguments."""

    order: int
    rule: Rule
    heads: frozenset[Hashable]
    args: tuple[Hashable, ...]

    def may_be(self, args: tuple[Hashable, ...]) -> bool:
        """Whether the arguments of a node are functions where those of the rule are."""
        return all(own is None or own == arg for own, arg in zip(self.args, args, strict=False))


class _OfProducts(NamedTuple):
    """One of products, and what makes it worth a search: what the factors must have, which must be orthogonal."""

    order: int
    rule: Rule
    heads: frozenset[Hashable]
    pattern: Product
    equal: int
    orthogonal: int


class _Entries(NamedTuple):
    """The rules under one head, by what they match."""

    nodes: tuple[_Entry, ...] = ()
    sums: tuple[_Entry, ...] = ()
    products: tuple[_OfProducts, ...] = ()


_NO_ENTRIES = _Entries()


class Table:
    """The rules of one phase by the heads of what they match.

    A rule of the books that come with symdiff stands under a head that its text tells (`_told`), and is read when that
    is first met; others are read at once. A rule may be read twice, by two threads or after an interrupt: nothing is
    taken out. `assuming` says that what may be recorded is assumed; so is `assumed`, of the variables of the rules;
    `runs` of how many factors of a chain a variable may stand for, where nothing else tells.
    """

    def __init__(
        self, rules: Iterable[Rule], assuming: bool, assumed: tuple[Condition, ...] = (), runs: int = 1
    ) -> None:
        self.assuming = assuming
        self.assumed = assumed
        self._start = EMPTY._replace(runs=runs)
        self._rules: dict[Hashable, list[tuple[int, Rule]]] = {}
        self._read: dict[Hashable, _Entries] = {}
        self._known = Recent()  # rules by the heads of all terms, or of all factors
        self._sums = False  # whether one may be of sums
        for order, rule in enumerate(rules):
            key: Hashable = _told(rule)
            self._sums |= key is not None or rule.lhs.op == "add"
            self._rules.setdefault(_placed(rule.lhs) if key is None else key, []).append((order, rule))

    def _under(self, key: Hashable) -> _Entries:
        """The rules under a head."""
        found = self._read.get(key)
        if found is None:
            if key not in self._rules:
                return _NO_ENTRIES
            found = self._read[key] = _entries(self._rules[key])
        return found

    def rewritings(self, e: Expr) -> Iterable[Rewritten]:
        """What the rules make of this node, not of what is below it."""
        entries = self._candidates(e)
        return self._rewritten(e, entries) if entries else ()

    def _rewritten(self, e: Expr, entries: Sequence[_Entry | _OfProducts]) -> Iterator[Rewritten]:
        for entry in entries:
            rule = entry.rule
            for found in islice(_found(entry, e, self._start), _TRIES):
                verdict = self._conditions(rule, found.env)
                if verdict is not None:
                    yield Rewritten(rule.name, found.put(instantiate(rule.rhs, found.env, found.shape)), verdict)

    def _candidates(self, e: Expr) -> Sequence[_Entry | _OfProducts]:
        """The rules that a node may match, as far as its head and those of its parts tell."""
        if e.op == "add":
            return self._of_sum(e)
        if is_product(e):
            return self.of_product(product(e))
        return self._of_node(e) if e.args else ()

    def _of_sum(self, e: Expr) -> Sequence[_Entry]:
        if not self._sums:
            return ()
        heads = {k for term in e.args for k in term_heads(term)}
        if "product" in heads or "einsum" in [term.op for term in e.args]:
            heads.add(_ARRAYS)
        return self._met("add", heads)

    def of_product(self, subject: Product) -> Sequence[_OfProducts]:
        """The rules of products that a product may match, as far as its factors tell."""
        entries = self._met("mul", _had(subject)) if len(subject.factors) <= WIDEST else ()
        if not entries:
            return entries
        equal, count = repeats(subject.factors), len(subject.factors)
        found = [entry for entry in entries if entry.equal <= equal and len(entry.pattern.factors) <= count]
        if any(entry.orthogonal for entry in found):
            orthogonal = _met_orthogonal(subject)
            found = [entry for entry in found if entry.orthogonal <= orthogonal]
        return found

    def _of_node(self, e: Expr) -> Sequence[_Entry]:
        entries = self._under(head(e)).nodes
        if not entries:
            return entries
        key = head(e), tuple(map(_inner, e.args))
        found: list[_Entry] | None = self._known.get(key)
        if found is None:
            found = [entry for entry in entries if entry.may_be(key[1])]
            self._known.put(key, found)
        return found

    def _met(self, op: str, heads: set[Hashable]) -> Sequence[Any]:
        """The rules of sums or of products that a node with these heads may match, in the order of the books."""
        key = op, frozenset(heads)
        found: list[Any] | None = self._known.get(key)
        if found is None:
            under = [self._under(k) for k in {*heads, None}]
            entries = [entry for some in under for entry in (some.sums if op == "add" else some.products)]
            found = sorted((entry for entry in entries if entry.heads <= heads), key=lambda entry: entry.order)
            self._known.put(key, found)
        return found

    def too_wide(self, e: Expr) -> str | None:
        """What a node is that has too many parts to be searched, though these may match; None for any other."""
        if e.op == "add":
            return f"a sum of {len(e.args)} terms" if len(e.args) > WIDEST and self._of_sum(e) else None
        if not is_product(e) or len((subject := product(e)).factors) <= WIDEST or not self._met("mul", _had(subject)):
            return None
        return f"a product of {len(subject.factors)} factors"

    def _conditions(self, rule: Rule, env: Env) -> tuple[Condition, ...] | None:
        """What has to be assumed for the rule; None where it does not, or may not be known to, hold."""
        assumed: list[Condition] = []
        for condition in (*rule.conditions, *self.assumed):
            args = tuple(instantiate(arg, env, ()) for arg in condition.args)
            stated = Condition(condition.predicate, args)
            known = holds(stated)
            recorded = (self.assuming and condition.predicate in _RECORDABLE) or condition in self.assumed
            if known is None and recorded:
                assumed.append(stated)
            elif not known:
                return None
        return tuple(assumed)


def _found(entry: _Entry | _OfProducts, e: Expr, start: Env) -> Iterator[Found | FoundTerms | FoundNode]:
    """The ways in which a node, or part of a product or a sum, is what a rule is about."""
    if isinstance(entry, _OfProducts):
        yield from find_in_product(entry.pattern, product(e), start)
    elif e.op == "add":
        yield from find_in_sum(entry.rule.lhs, e, start)
    else:
        for env in match(entry.rule.lhs, e, start):
            yield FoundNode(env, e.shape)


def _heads(lhs: Expr) -> list[Hashable]:
    """The heads that a node must have, or its factors or terms, to match a left side."""
    if is_product(lhs):
        return [k for f in product(lhs).factors if (k := head(f.base)) is not None]
    return [k for term in lhs.args for k in term_heads(term)] if lhs.op == "add" else [head(lhs)]


def _placed(lhs: Expr) -> Hashable:
    """The head under which a rule is looked for: a function if there is one."""
    return min(_heads(lhs), key=lambda k: k == "product", default=None)


def _entries(rules: list[tuple[int, Rule]]) -> _Entries:
    nodes: list[_Entry] = []
    sums: list[_Entry] = []
    products: list[_OfProducts] = []
    for order, rule in rules:
        heads = frozenset(_heads(rule.lhs))
        if is_product(rule.lhs):
            pattern = product(rule.lhs)
            equal = repeats(f for f in pattern.factors if is_bare(f))
            heads |= _needed(pattern, equal)
            products.append(_OfProducts(order, rule, heads, pattern, equal, _wanted_orthogonal(rule, pattern)))
        else:
            inner = tuple(map(_inner_wanted, rule.lhs.args))
            (sums if rule.lhs.op == "add" else nodes).append(_Entry(order, rule, heads, inner))
    return _Entries(tuple(nodes), tuple(sums), tuple(products))


def _inner(arg: Expr) -> Hashable:
    """What an argument is, for a pattern that meets functions, or products of arrays, alone; None for a leaf."""
    return "product" if is_product(arg) else (arg.op, arg.attr) if arg.args else None


def _inner_wanted(arg: Expr) -> Hashable:
    """What an argument has to be that is a pattern's; None where that may be many things: a leaf, for -u and X'."""
    if not is_product(arg):
        return _inner(arg)
    return "product" if arg.shape and len(product(arg).factors) > 1 else None


def _needed(pattern: Product, equal: int) -> set[Hashable]:
    """What a product must have besides the heads of the pattern's factors, of those that `_had` tells."""
    found: set[Hashable] = {_ARRAYS} if any(f.labels for f in pattern.factors) else set()
    if equal > 1:
        found.add(_EQUAL)
    if any(f.exponent.op != "number" or not 0 < f.exponent.attr <= 1 for f in pattern.factors):
        found.add(_RAISED)  # only a root may be part of a factor to the power 1
    return found


def _had(subject: Product) -> set[Hashable]:
    """The heads of the factors of a product, whether it is of arrays, has equal factors, powers."""
    bases = [factor.base for factor in subject.factors]
    found = set(map(head, bases))
    if subject.sizes:
        found.add(_ARRAYS)
    if len(set(bases)) < len(bases):
        found.add(_EQUAL)
    if {factor.exponent for factor in subject.factors} != {ONE}:
        found.add(_RAISED)
    return found


def _told(rule: Rule) -> str | None:
    """A head that the text of a rule's left side tells: a function outside brackets; None where it has to be read."""
    if not is_shipped(rule.left.source):
        return None
    text, books = rule.left.text, library()
    if _REDUCTION.fullmatch(text):
        return "reduce"
    if "(" not in text and rule.is_of_arrays:
        return _ARRAYS
    inner = text.partition("(")[2][:-1] if text.startswith(("sum(", "tr(")) else ""  # of products that are one
    called = (books.node_name(word) for part in (text, inner) for word in _outside_brackets(part))
    return next((name for name in called if name is not None), None)


def _outside_brackets(text: str) -> Iterator[str]:
    """The functions that a text calls outside all brackets."""
    depth = 0
    for part in _CALL_OR_BRACKET.findall(text):
        if part in "()[]":
            depth += 1 if part in "([" else -1
        elif not depth:
            yield part


def head(e: Expr) -> Hashable:
    """What a node is, as far as a pattern without variables at its top can tell; None for leaves."""
    op = e.op
    if op == "symbol" or op == "number":
        return None
    if op == "mul" or op == "einsum" or (op == "map" and e.attr == "pow"):
        return "product"  # of scalars, with axes, or a power element by element: one pattern meets them all
    return e.attr if op == "map" else e.attr[0] if op == "call" else op


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
        by_hand = phase == "simplify"  # not at every step of a derivative: what is known decides, and runs are searched
        tables[phase] = Table(book.rules(phase), assuming=not by_hand, runs=_RUNS if by_hand else 1)
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
    if e.op == "symbol" and "dimension" not in e.attr.properties:
        return env.values[e]
    if not e.shape and not any(arg.shape for arg in e.args):
        lifted = next((arg.shape for arg in args if arg.shape), ())
        if lifted:
            return _lifted(e, args, lifted)
    return resized(e, args, env.sizes)


def _lifted(e: Expr, args: list[Expr], shape: Shape) -> Expr:
    """A scalar operation on arguments that now have axes."""
    if e.op == "mul":
        powers = [power(args[k], args[k + 1]) for k in range(1, len(args), 2)]
        scalars = mul(args[0], *(p for p in powers if not p.shape))
        return scale(scalars, hadamard(*(p for p in powers if p.shape)))
    spreaded = [spread(arg, shape) if not arg.shape else arg for arg in args]
    return rebuild(e, tuple(spreaded))
