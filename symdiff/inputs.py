"""What a call is given: texts and expressions over one table of names, and what was assumed of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import symdiff.solving  # noqa: F401  (works out `solve` and `limit` inside a text)
from symdiff import algebra, dims
from symdiff.algebra import Condition, Function
from symdiff.calculus.variables import base_symbol
from symdiff.dims import Dim, Shape, Size
from symdiff.errors import AssumptionWarning, ParseError, SymdiffError, UnknownNameError
from symdiff.expr import Expr, Named, Names, named, postorder, walk
from symdiff.operators import Row, bare, lift, whole
from symdiff.syntax.calls import stand_ins
from symdiff.syntax.declarations import read_size, split_declarations
from symdiff.syntax.names import NAME, canonical
from symdiff.syntax.scope import Scope

if TYPE_CHECKING:
    from symdiff.syntax.read import Request
    from symdiff.syntax.value import Derived, Listed

_SHORT = 10  # nodes of a result that has no names to keep: it fits on a line
_APPLIED = rf"\s*{NAME}\s*(['’′″‴]*|'\[[0-9, ]+\])\("  # `q(t)`, `q'(t)`: by what a function gives

# The names of options, which no keyword declares: those that a call has never come here.
OPTIONS = (
    "args", "backend", "batch", "constants", "cost", "declarations", "detail", "digits", "f", "given", "kind", "layout",
    "named", "narrate", "order", "result", "rows", "rules", "strategy", "strict", "structure", "v", "wrt",
)  # fmt: skip

Declarations = str | Mapping[str, Any] | None
if TYPE_CHECKING:  # what an expression is made of: NumPy's own types are what its functions give by their annotations
    import numpy as np
    from numpy.typing import NDArray

    Text = str | Expr | Row | complex | np.generic | NDArray[Any]
else:
    Text = str | Expr | Row


class NamedFunction:
    """A function that is only a name: `f = declare("f: function"); f(x)`."""

    __slots__ = ("function",)

    def __init__(self, function: Function) -> None:
        self.function = function

    def __call__(self, *args: object) -> Expr:
        """The function of these arguments; ShapeError where they are not of its kinds."""
        return algebra.apply(self.function, [as_expression(arg) for arg in args])

    def __repr__(self) -> str:
        return self.function.name


class Problem(NamedTuple):
    """What a call is about: expressions, the variables, and what was assumed and noticed in reading them."""

    exprs: tuple[Expr, ...]
    wrt: tuple[Expr, ...]
    assumptions: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    request: Request | None = None  # where one text was read that asks for a derivative itself
    listed: Listed = ()  # where it asks for derivatives by a list that are no one expression
    derived: tuple[Derived, ...] = ()  # the derivatives that were worked out in reading
    given: Mapping[Expr, Expr] = {}  # what variables that a text defines are
    inferred: tuple[frozenset[str], ...] = ()  # the names in each text that neither it nor one before declares
    restored: Mapping[Expr, Expr] = {}  # symbols that have properties which were given, as they were
    stated: tuple[Condition, ...] = ()  # what is given and no symbol can take up: conditions need not repeat it
    scope: Scope | None = None  # what names mean
    names: Names = Names()  # what parts of the expressions are called

    def put_in(self, result: Any) -> Any:
        """A result, or lists of them, with what its variables are defined as in their places."""
        if not self.replaced:
            return result
        if isinstance(result, list):
            return [self.put_in(one) for one in result]
        return algebra.put_in(result, self.replaced)

    @property
    def replaced(self) -> Mapping[Expr, Expr]:
        """What stands in a result for what it was worked out with."""
        return {**self.given, **self.restored} if self.restored else self.given

    def not_given(self, conditions: Iterable[Condition]) -> tuple[Condition, ...]:
        """The conditions that do not follow from what is given."""
        if not self.stated:
            return tuple(conditions)
        from symdiff.algebra.implied import simplified

        known = simplified(self.stated)
        return tuple(c for c in conditions if {*simplified((*known, c))} != {*known})

    def shown(self, result: Any) -> Any:
        """A result, or lists of them, with the names that it is printed with."""
        if self.names == Names() and self.scope is None:
            return result
        first = result
        while isinstance(first, list) and first:
            first = first[0]
        if first == [] or (self.names == Names() and _is_short(first)):  # of a list one tells for all
            return result
        taken = self.names.taken.union(() if self.scope is None else self.scope.names())
        return self._named(result, taken)

    def _named(self, result: Any, taken: frozenset[str]) -> Any:
        if isinstance(result, list):
            return [self._named(one, taken) for one in result]
        known = self.names.named
        stands = {node: known[node] for node in walk(result) if node in known} if known else {}
        if self.names.parts and not stands and _is_short(result):
            return result
        return named(result, self.names._replace(named=stands, taken=taken))

    def result(self, result: Any) -> Any:
        """A derivative, or lists of them, as it is given: definitions put in, with the names it is printed with."""
        return self.worked_out().shown(self.put_in(result))

    def worked_out(self, way: Callable[[Expr], Expr] = lambda e: e) -> Problem:
        """The same problem with the names also for what their parts become when they are worked out, by `way` too."""
        if not self.names.named:
            return self
        from symdiff.rewriting import collect, present

        found = dict(self.names.named)
        for node, name in self.names.named.items():
            for make in (way, collect, lambda e: present(collect(e))):
                with suppress(SymdiffError):  # what can't be written so, as an array by powers
                    found.setdefault(make(node), name)
        return self._replace(names=self.names._replace(named=found))

    def by(self, way: Callable[[Expr], Expr]) -> Expr:
        """What a way of writing makes of the expression, with the names that its parts have."""
        return self.worked_out(way).shown(way(self.exprs[0]))


def _is_short(e: Expr) -> bool:
    return next(islice(walk(e), _SHORT, None), None) is None


def as_expression(value: object) -> Expr:
    """An expression, row, number or array as an expression; SymdiffError for anything else."""
    lifted = lift(value)
    if lifted is None:
        hint = "write declarations=… for declarations" if isinstance(value, Mapping) else None
        raise SymdiffError(f"expected an expression or a text, not {type(value).__name__}", hint=hint)
    return bare(lifted)


def declared(text: str) -> list[Expr | NamedFunction]:
    """What a text of declarations declares, in its order."""
    if not isinstance(text, str):
        raise SymdiffError(f"declarations are a text, not {type(text).__name__}")
    return [NamedFunction(made) if isinstance(made, Function) else made for made in Scope().declare(text)]


def scope_of(declarations: Declarations, keywords: Mapping[str, Any]) -> Scope:
    """The table of names that declarations make: one text, a mapping of names to kinds, keywords."""
    if declarations is not None and not isinstance(declarations, (str, Mapping)):
        raise SymdiffError(
            f"declarations are a text or a mapping, not {type(declarations).__name__}",
            hint='write declarations="x: vector(n)" or {"x": "vector(n)"}',
        )
    scope = Scope.of(declarations if isinstance(declarations, str) else _plain(declarations or {}))
    for name, kind in _plain(keywords).items():
        if name in OPTIONS:
            if name in ("strict", "named") and isinstance(kind, bool):
                continue
            hint = f'a name that is an option\'s is declared in declarations="{name}: …"'
            raise SymdiffError(f"`{name}={str(kind)[:40]}` is no option of this call", hint=hint)
        try:
            scope.declare_as(name, kind)
        except ParseError:
            near = _nearest(name[:40], OPTIONS)
            if near is None:
                raise
            raise SymdiffError(f"there is no option `{name[:40]}`", hint=f"did you mean `{near}`?") from None
    return scope


def _nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The one of the known names that begins with this one, or is most like it."""
    begun = [other for other in known if len(name) > 2 and other.startswith(name)]
    return next(iter(begun or get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)


def _plain(kinds: Mapping[str, Any]) -> dict[str, Any]:
    plain = {n: k.function if isinstance(k, NamedFunction) else k for n, k in kinds.items()}
    return {n: k.node if isinstance(k, Named) else k for n, k in plain.items()}


def problem(
    given: Iterable[object],
    wrt: Iterable[object] = (),
    declarations: Declarations = None,
    keywords: Mapping[str, Any] | None = None,
) -> Problem:
    """Texts and expressions of one call in Python over one table of names: what `read_problem` makes of them.

    What was assumed is told by an AssumptionWarning at the place of the call, unless all of it are real numbers, which
    names stand for that nothing is said of. The keyword strict=True refuses it.
    """
    keywords = keywords or {}
    made = read_problem(given, wrt, declarations, keywords, strict=keywords.get("strict", False))
    if not keywords.get("named", True):
        made = made._replace(names=Names(parts=False))
    if not all(assumption.endswith("∈ ℝ") for assumption in made.assumptions):
        tell(f"assuming {', '.join(made.assumptions)}")
    return made


def tell(message: str) -> None:
    """A warning at the line that called symdiff."""
    import warnings

    package, frame, level = __name__.partition(".")[0], sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, AssumptionWarning, stacklevel=level)


def read_problem(
    given: Iterable[object],
    wrt: Iterable[object] = (),
    declarations: Declarations = None,
    keywords: Mapping[str, Any] | None = None,
    *,
    strict: bool = False,
    lists: bool = False,
) -> Problem:
    """Texts and expressions of one call as expressions over one table of names.

    With `lists` a text may also ask for derivatives by a list that are no one expression. Raises UnknownNameError for
    a variable that neither occurs nor is declared, SymdiffError for one name that means two things and for what is no
    variable, and whatever reading raises.
    """
    given, wrt = list(given), list(wrt)
    if declarations is None and not keywords and {*map(type, given), *map(type, wrt)} == {Expr}:
        return _of_expressions(given, wrt)
    reader = _Reader(scope_of(declarations, keywords or {}), strict, lists)
    for value in given:
        reader.names |= value.names if isinstance(value, Named) else Names()
    if any(isinstance(value, Row) for value in wrt):
        raise SymdiffError(
            "a derivative is taken by a variable or its entries, not by its transpose", hint="leave out the `.T`"
        )
    reader.know(*(as_expression(value) for value in [*given, *wrt] if not isinstance(value, str)))
    heads = [(_head(value), value) for value in wrt if isinstance(value, str)]
    reader.wrt = tuple(name for name, value in heads if not re.match(_APPLIED, value))
    read = [(reader.expression(value), reader.inferred) for value in given]
    for name, _ in heads:
        if not reader.scope.declares(name):
            raise UnknownNameError(
                f"`{name}` does not occur, so there is nothing to differentiate by",
                hint=f"declare it, as in `{name}: vector(n)`, to get zeros of its shape",
            )
    variables = [reader.expression(value) for value in wrt]
    exprs, inferred = [e for e, _ in read], tuple(names for _, names in read)
    exprs, variables, put_back = _stood_in(exprs, variables)
    assumptions, notices = dict.fromkeys(reader.assumptions), dict.fromkeys(reader.notices)
    return Problem(
        tuple(exprs), tuple(variables), tuple(assumptions), tuple(notices), reader.request, reader.listed,
        tuple(reader.derived), reader.given | put_back, inferred, scope=reader.scope, names=reader.names,
    )  # fmt: skip


def _of_expressions(given: list[Any], wrt: list[Any]) -> Problem:
    """The problem of a call without a text: its names mean one thing each, and its variables are variables."""
    reader = _Reader(Scope(), strict=False, lists=False)
    reader.know(*given, *wrt)
    exprs, variables, put_back = _stood_in(given, wrt)
    inferred = (frozenset[str](),) * len(given)
    return Problem(tuple(exprs), tuple(variables), given=put_back, inferred=inferred)


def _stood_in(exprs: list[Expr], wrt: list[Expr]) -> tuple[list[Expr], list[Expr], dict[Expr, Expr]]:
    """Expressions and variables with symbols for those that functions give, `q'(t)`, and what the symbols stand for."""
    stand_in = stand_ins(wrt)
    if stand_in:
        exprs, wrt = algebra.substitute_all(exprs, stand_in), algebra.substitute_all(wrt, stand_in)
    for variable in wrt:
        base_symbol(variable)
    return exprs, wrt, {symbol: node for node, symbol in stand_in.items()}


def is_list(wrt: Any) -> bool:
    """Whether a call is given a list of variables."""
    return isinstance(wrt, (list, tuple))


def derivative_problem(
    f: Any, wrt: Any, declarations: Declarations, keywords: Mapping[str, Any], *more: Any
) -> Problem:
    """f and more that is given, over the names of the variables: one, or a list of them."""
    variables = list(wrt) if is_list(wrt) else [wrt]
    if not variables:
        raise SymdiffError("by which variable?", hint='write grad(f, "x")')
    return problem_under([f, *more], variables, declarations, keywords)


def problem_under(
    given: Sequence[Any], wrt: Sequence[Any], declarations: Declarations, keywords: Mapping[str, Any]
) -> Problem:
    """A problem in which the keyword `given` says what may be used.

    A word of a symbol, and x > 0, is a property of the symbol until the result is there; other conditions are `stated`.
    """
    if "given" not in keywords:
        return problem(given, wrt, declarations, keywords)
    from symdiff.equality.given import as_properties
    from symdiff.stated import comparisons, conditions_of

    stated = keywords["given"]
    others = {name: value for name, value in keywords.items() if name != "given"}
    whole = problem([*given, *comparisons(stated)], wrt, declarations, others)
    exprs, read = whole.exprs[: len(given)], whole.exprs[len(given) :]
    known = {s.attr.name: s for s in algebra.symbols_of(*exprs, *whole.wrt)}
    more, rest = as_properties(conditions_of(stated, read, known))
    return whole._replace(
        exprs=tuple(algebra.substitute_all(exprs, more)), wrt=tuple(algebra.substitute_all(whole.wrt, more)),
        restored={new: old for old, new in more.items()}, inferred=whole.inferred[: len(given)],
        stated=tuple(c.of(lambda e: algebra.substitute_all([e], more)[0]) for c in rest),
    )  # fmt: skip


def claimed_problem(
    f: Any, wrt: Any, claims: Sequence[Any], declarations: Declarations, keywords: Mapping[str, Any],
    v: Any = None, of_f: bool = False,
) -> Problem:  # fmt: skip
    """f, directions if any, and derivatives that someone claims, over the names of the variables.

    UnknownNameError for a name of a claim that occurs neither in what is before nor among the variables and is not
    declared.
    """
    if v is None:
        given = derivative_problem(f, wrt, declarations, keywords, *claims)
    else:
        given = directed_problem(f, wrt, v, declarations, keywords, of_f, claims)
    known = {symbol.attr.name for symbol in algebra.symbols_of(given.exprs[0], *given.wrt)}
    first = len(given.exprs) - len(claims)
    for claim, names in zip(claims, given.inferred[first:], strict=True):
        for name in sorted(names - known):
            if not _declared_within(name, claim):
                raise _unknown_in_claim(name, claim, known)
    return given


def _declared_within(name: str, text: str) -> bool:
    """Whether a text differentiates by a name itself: `diff(…, t)`, `d/dt`."""
    return any(canonical(match[1]) == name for match in re.finditer(rf"(?:,\s*\[?\s*|/d|/∂)({NAME})", text))


def _unknown_in_claim(name: str, claim: str, known: set[str]) -> UnknownNameError:
    places = (match.span() for match in re.finditer(NAME, claim) if canonical(match[0]) == name)
    near = _nearest(name, sorted(known), cutoff=0.4)
    letters = "*".join(name) if len(name) > 1 and set(name) <= known else None
    hint = f"did you mean `{letters or near}`?" if letters or near else f"declare it: `{name}: scalar`"
    return UnknownNameError(
        f"`{name[:40]}` occurs neither in the function nor in the declarations",
        text=claim,
        span=next(places, None),
        hint=hint,
    )


def problem_of_one(f: Any, wrt: Any, declarations: Declarations, keywords: Mapping[str, Any], *more: Any) -> Problem:
    """A problem that is by one variable alone."""
    if is_list(wrt):
        raise SymdiffError("this takes one variable, not a list", hint="call it for each of them")
    return derivative_problem(f, wrt, declarations, keywords, *more)


def directed_problem(
    f: Any, wrt: Any, v: Any, declarations: Declarations, keywords: Mapping[str, Any], of_f: bool = False,
    claims: Sequence[Any] = (),
) -> Problem:  # fmt: skip
    """f and a direction for each variable, of its shape, or `of_f` one factor of the shape of f; then the claims.

    A direction that is a new bare name is given the shape.
    """
    directions = list(v) if is_list(v) and is_list(wrt) and not of_f else [v]
    if is_list(wrt) and not of_f and len(directions) != len(wrt):
        raise SymdiffError(f"a list of {len(wrt)} variables takes a list of as many directions")
    plainly = {name: value for name, value in keywords.items() if name != "given"}
    scope = scope_of(declarations, plainly)
    put_in: Mapping[Expr, Expr] = {}
    names = Names()
    new = [isinstance(one, str) and one.isidentifier() and not scope.declares(one) for one in directions]
    if any(new):
        plain = derivative_problem(f, wrt, declarations, plainly)
        known = {symbol.attr.name for symbol in algebra.symbols_of(*plain.exprs, *plain.wrt)}
        known |= {name for e in postorder(*plain.exprs) for dim in e.shape for name in dims.names(dim)}
        likes = plain.exprs if of_f else plain.wrt
        directions = [
            algebra.symbol(symbol_name(one), like.shape) if is_new and symbol_name(one) not in known else one
            for one, is_new, like in zip(directions, new, likes, strict=True)
        ]
        f, wrt, put_in, names = plain.exprs[0], list(plain.wrt), plain.given, plain.names
    given = derivative_problem(f, wrt, declarations, keywords, *directions, *claims)
    return given._replace(given={**put_in, **given.given}, names=given.names | names)


class _Reader:
    """Reads the texts of one call, later ones with the names of earlier ones."""

    def __init__(self, scope: Scope, strict: bool, lists: bool) -> None:
        self.scope = scope
        self.strict = strict
        self.lists = lists
        self.listed: Listed = ()
        self.given: dict[Expr, Expr] = {}
        self.derived: list[Derived] = []
        self.wrt: tuple[str, ...] = ()
        self.assumptions: list[str] = []
        self.notices: list[str] = []
        self.request: Request | None = None
        self.inferred: frozenset[str] = frozenset()
        self.names = Names()

    def know(self, *exprs: Expr) -> None:
        """Take up the symbols, sizes and functions of expressions; an error where one name means two things."""
        for node in postorder(*exprs):
            if node.op == "symbol" and node not in self.given:
                self.scope.add_symbol(node)
            elif node.op == "derivative":
                self.scope.declare_as(node.attr[0].name, node.attr[0])
            elif node.op == "constant":
                self.scope.add_dimensions(node.shape)

    def expression(self, value: object) -> Expr:
        """What is given, as an expression; the names in a text that nothing declares are its `inferred`."""
        self.inferred = frozenset()
        if not isinstance(value, str):
            return as_expression(value)
        import symdiff.calculus.lists  # noqa: F401  (works out derivatives inside a text)
        from symdiff.syntax.read import read

        reading = read(value, self.scope, wrt=self.wrt, strict=self.strict, lists=self.lists)
        self.names |= Names(reading.scope.named_parts(self.scope.definitions))
        self.scope = reading.scope
        self.given.update(reading.given)
        self.know(reading.expr)
        self.request = reading.request
        self.listed = reading.listed
        self.inferred = reading.inferred
        self.derived += reading.derived
        self.assumptions += reading.assumptions
        self.notices += reading.notices
        return reading.expr


def _head(text: str) -> str:
    """The name a variable is made of: `x` of `x[3]`, `X` of `vec(X)`."""
    if split_declarations(text)[0]:
        raise ParseError(
            f"`{text.strip()[:40]}` is a declaration, not a variable",
            hint=f'write declarations="{text.strip()[:40]}"',
        )
    match = re.match(rf"\s*(?:vec\s*\(\s*)?({NAME})", text)
    if match is None:
        raise ParseError("expected the name of a variable", text=text or " ", span=(0, max(1, len(text))))
    applied = re.match(_APPLIED, text)
    if not applied and (turned := re.match(r"\s*('|\.T\b|ᵀ|\^\{?T\b|\^H\b|ᴴ)", text[match.end() :])):
        said = "a derivative is taken by a variable or its entries, not by its transpose"
        raise SymdiffError(said, text=text, span=(match.end(), match.end() + turned.end()))
    return canonical(match.group(1))


def symbol_name(name: object) -> str:
    """The one spelling of a name; ParseError for what is no name of the language."""
    if not isinstance(name, str) or not re.fullmatch(NAME, name):
        raise ParseError(f"{str(name)[:40]!r} is no name: a name is a letter, then letters, digits, `_`")
    return canonical(name)


def lengths(values: Iterable[int | str | Size]) -> Shape:
    """A shape given as numbers, texts and sizes."""
    return tuple(_length(value) for value in values)


def _length(value: int | str | Size) -> Dim:
    if isinstance(value, str):
        return read_size(value)
    if isinstance(value, Size):
        return value
    length = whole(value, "a size")
    if length < 0:
        raise SymdiffError(f"a size is not negative: {length}")
    return length
