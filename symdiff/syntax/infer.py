"""Undeclared names: their axes from use (`ranks`), their sizes by unification, stated as declarations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from symdiff import algebra
from symdiff.book import library
from symdiff.dims import Dim, Shape, Size, at_least_one, show_shape, size, substitute, terms
from symdiff.dims import names as size_names
from symdiff.errors import ShapeError, SizeMismatch, SymdiffError
from symdiff.syntax.elaborate import elaborate, index_names, value_trees
from symdiff.syntax.misread import refuse_bars_of_capitals, refuse_products_as_calls, refuse_sums_of_powers
from symdiff.syntax.names import SUPERSCRIPTS, is_letter
from symdiff.syntax.rank_nodes import has_matrices, is_capital
from symdiff.syntax.ranks import SIZED, infer_ranks
from symdiff.syntax.scope import Scope
from symdiff.syntax.tree import Tree, walk
from symdiff.syntax.unknowns import refuse_no_equation, unknowns_in
from symdiff.syntax.value import Context, Value

_NAMES_TOO = frozenset({"gamma", "Gamma", "beta", "psi", "sigma"})  # functions only straight before a bracket
_SIZE_NAMES = ("n", "m", "k", "p", "q", "r", "s")
_RAISED = {plain: raised for raised, plain in SUPERSCRIPTS.items()}


def undeclared(tree: Tree, scope: Scope) -> tuple[list[str], list[str]]:
    """Names without a meaning, in order: those of things, and those that stand where a size is wanted."""
    found: dict[str, None] = {}
    sizes: set[str] = set()
    bound = {"I"}
    for node in walk(tree):
        kind = node.kind
        if kind == "name":
            found[node.value] = None
        elif kind in ("derivative", "gradient", "norm"):
            found.update(dict.fromkeys(name for part in value_trees(node) for name in _names(part)))
        elif kind == "call" and node.value[0] in SIZED:
            sizes.update(name for part in node.children[SIZED[node.value[0]] :] for name in _names(part))
        elif kind == "slice":
            sizes.update(name for end in node.children if end is not None for name in _names(end))
        elif kind in ("indexsum", "tensor"):
            bound.update(index_names(node))
            sizes.update(name for end in node.children[1:] for name in _names(end))
    called = (library().names() - _NAMES_TOO) | scope.functions.keys() | bound
    names = [name for name in found if name not in called and not scope.has_meaning(name)]
    return [name for name in names if name not in sizes], [name for name in names if name in sizes]


def _names(tree: Tree) -> Iterable[str]:
    return (node.value for node in walk(tree) if node.kind == "name")


def undeclared_functions(tree: Tree, scope: Scope) -> list[str]:
    """The letters that the reader took for functions without a declaration: the `f` of `f'(x)`, the `φ` of `φ(u)`."""
    names = dict.fromkeys([*_primed(tree), *(call.value[0] for call in called_letters(tree, scope))])
    return [name for name in names if not scope.has_meaning(name) and name not in library().names()]


def _primed(tree: Tree) -> list[str]:
    return [node.children[0].value[0] for node in walk(tree) if node.kind == "prime" and node.children[0].children]


def called_letters(tree: Tree, scope: Scope) -> list[Tree]:
    """The calls of letters that nobody declared, and that no prime shows to be functions."""
    known = {*_primed(tree), *library().names()}
    calls = (node for node in walk(tree) if node.kind == "call" and is_letter(node.value[0]))
    return [node for node in calls if node.value[0] not in known and not scope.has_meaning(node.value[0])]


def infer(tree: Tree, scope: Scope, context: Context) -> tuple[Value, tuple[str, ...]]:
    """The value of a tree whose undeclared names are entered into the scope, and what was assumed of them."""
    refuse_no_equation(context, scope, tree)
    letters, functions = called_letters(tree, scope), undeclared_functions(tree, scope)
    for name in functions:
        scope.declare_as(name, "function")
    said = [f"{name}: function" for name in functions]
    names, sizes = undeclared(tree, scope)
    scope.add_dimensions(size(name) for name in sizes)
    if names:
        unknown = _solved(tree, names, scope, context, functions)
        unknown.name_sizes({*names, *scope.symbols, *scope.sizes, *scope.functions, *scope.definitions})
        for name in names:
            scope.add_symbol(algebra.symbol(name, unknown.shape(name)))
        _refuse_subscripts_as_entries(tree, names, scope, context)
        refuse_bars_of_capitals(tree, {name for name in names if is_capital(name)}, scope, context)
        refuse_sums_of_powers(tree, frozenset(names), scope, context)
        said += (_stated(name, scope.symbols[name].shape) for name in names)
    value = elaborate(tree, scope, context=context)
    if letters:
        refuse_products_as_calls(letters, context)
    return value, tuple(said)


def _solved(tree: Tree, names: Sequence[str], scope: Scope, context: Context, entrywise: Collection[str]) -> _Unknown:
    """The shapes of names from their use; scalars where capitals as matrices fit nowhere and nothing else has axes."""
    ranks, certain = infer_ranks(tree, names, scope, entrywise)
    unknown = _Unknown(ranks)
    sought = unknowns_in(tree, scope)
    if sought and not any(ranks.get(name) for name in sought) and 1 not in ranks.values():
        scalars = _Unknown(dict.fromkeys(names, 0))  # capitals beside unknown numbers: P = P0*e^(r*t)
        if not has_matrices(tree, scope) and _is_entrywise(tree) and scalars.solve(tree, scope, context):
            return scalars
    if not unknown.open:
        return unknown
    if not unknown.solve(tree, scope, context) and not certain and not has_matrices(tree, scope):
        scalars = _Unknown(dict.fromkeys(names, 0))
        if scalars.solve(tree, scope, context):
            return scalars
    return unknown


def _is_entrywise(tree: Tree) -> bool:
    """Whether no function in a text is one of arrays."""
    calls = [node for node in walk(tree) if node.kind in ("call", "bare") and node.value[0] != "solve"]
    entries = [library().function(node.value[0], len(node.children)) for node in calls]
    return all(entry is not None and entry.elementwise for entry in entries)


def _refuse_subscripts_as_entries(tree: Tree, names: Sequence[str], scope: Scope, context: Context) -> None:
    """`∂/∂x_1` of a vector x, where no other place has x_1: the derivative would be a zero nobody meant."""
    bases = {name: name.partition("_")[0] for name in names if "_" in name}
    vectors = {name for name, base in bases.items() if (found := scope.symbols.get(base)) is not None and found.rank}
    if not vectors:
        return
    used = {node.value for node in walk(tree) if node.kind == "name"}
    for node in walk(tree):
        for part in value_trees(node) if node.kind in ("derivative", "gradient") else ():
            if part.kind == "name" and part.value in vectors - used:
                base = bases[part.value]
                raise context.error(
                    f"`{part.value}` is a name of its own, not an entry of `{base}`, which is a "
                    f"{show_shape(scope.symbols[base].shape)}",
                    part,
                    hint=f"write `diff(…, {base}[0])`: entries count from 0",
                )


class _Unknown:
    """Shapes with sizes still open: each axis begins as a size of its own, and equations bind them."""

    def __init__(self, ranks: dict[str, int]) -> None:
        self.shapes: dict[str, Shape] = {}
        self.open: dict[str, Dim] = {}  # what each open size is bound to, itself while it is free
        for name, rank in ranks.items():
            fresh = [f"?{len(self.open) + k}" for k in range(rank)]
            self.open.update((axis, size(axis)) for axis in fresh)
            self.shapes[name] = tuple(size(axis) for axis in fresh)

    def shape(self, name: str) -> Shape:
        return tuple(self.resolved(dim) for dim in self.shapes[name])

    def resolved(self, dim: Dim) -> Dim:
        """A size with everything put in that is known of it."""
        while any(name in self.open and self.open[name] != size(name) for name in size_names(dim)):
            dim = substitute(dim, self.open)
        return dim

    def solve(self, tree: Tree, scope: Scope, context: Context) -> bool:
        """Elaborate on trial; each disagreement of an open size with another teaches one equation.

        False where the shapes fit for no sizes.
        """
        for _ in range(len(self.open) + 1):
            trial = scope.copy()
            for name in self.shapes:
                trial.symbols[name] = algebra.symbol(name, self.shape(name))
            try:
                elaborate(tree, trial, context=Context(context.text))
                return True
            except SymdiffError as error:
                mismatch = _mismatch(error)
                if mismatch is None or not self.unify(*mismatch):
                    return not isinstance(error, ShapeError)
        return False

    def unify(self, a: Dim, b: Dim) -> bool:
        """Bind one open size so that a equals b; False where that can't be done."""
        a, b = _without_common_factors(a, b)
        for one, other in ((a, b), (b, a)):
            names = size_names(one)
            if isinstance(one, Size) and len(names) == 1:
                (name,) = names
                if name in self.open and one == size(name) and name not in size_names(other):
                    self.open[name] = other
                    return True
        return self.solved(a + b * -1)

    def solved(self, gap: Dim) -> bool:
        """Bind an open size so that this is 0: of k - 1 and n - 1 the k is n."""
        for monomial, factor in terms(gap):
            name = monomial[0][0] if len(monomial) == 1 and monomial[0][1] == 1 else ""
            if name not in self.open or abs(factor) != 1:
                continue
            other = (gap * -1 if factor == 1 else gap) + size(name)
            if name not in size_names(other) and at_least_one(other):
                self.open[name] = other
                return True
        return False

    def name_sizes(self, taken: set[str]) -> None:
        """Give the sizes that stay free letters: n where there is one, m and n where there are two …"""
        free = list(dict.fromkeys(n for name in self.shapes for dim in self.shape(name) for n in size_names(dim)))
        free = [name for name in free if name in self.open]
        letters = [letter for letter in _SIZE_NAMES if letter not in taken]
        letters += [f"n_{k}" for k in range(1, len(free) + 1) if f"n_{k}" not in taken]
        chosen = letters[: len(free)]
        if len(chosen) > 1:
            chosen[0], chosen[1] = chosen[1], chosen[0]
        for name, letter in zip(free, chosen, strict=False):
            self.open[name] = size(letter)
            self.open.setdefault(letter, size(letter))


def _without_common_factors(a: Dim, b: Dim) -> tuple[Dim, Dim]:
    """Of m^k and n^k the sizes m and n, of k*m and k*n too; others as they are."""
    if not (len(terms(a)) == len(terms(b)) == 1):
        return a, b
    ((one, p),), ((other, q),) = terms(a), terms(b)
    left, right = Counter(dict(one)), Counter(dict(other))
    left, right = left - right, right - left
    if p == q and len(left) == len(right) == 1 and list(left.values()) == list(right.values()):
        return size(*left), size(*right)
    return a, b


def _mismatch(error: BaseException) -> tuple[Dim, Dim] | None:
    """The sizes that disagree, also where a book's own text found it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, SizeMismatch) and cause.sizes is not None:
            return cause.sizes
        cause = cause.__cause__
    return None


def _stated(name: str, shape: Shape) -> str:
    """`x ∈ ℝⁿ`, `A ∈ ℝᵐˣⁿ`, `T ∈ ℝ^{q×n}`: a declaration that reads back."""
    if not shape:
        return f"{name} ∈ ℝ"
    sizes: Sequence[str] = [str(dim) for dim in shape]
    if all(len(text) == 1 or text.isdigit() for text in sizes) and all(c in _RAISED for c in "".join(sizes)):
        return f"{name} ∈ ℝ" + "ˣ".join("".join(_RAISED[c] for c in text) for text in sizes)
    return f"{name} ∈ ℝ^{{{'×'.join(sizes)}}}"
