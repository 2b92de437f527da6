"""The NumPy backend: each operation of a program as NumPy source, from the tables below."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from symdiff import dims
from symdiff.algebra import Array
from symdiff.backends import Code
from symdiff.backends.kernel_source import needed, prelude
from symdiff.backends.names import Names
from symdiff.backends.numbers import as_float, number_text, spelled
from symdiff.backends.numpy_functions import COMPLEX, ELEMENTWISE, MATRIX_FUNCTIONS, OF_COMPLEX, STACKS, STRUCTURED
from symdiff.backends.source import (
    ATOM,
    COMPARE,
    LINE,
    POWER,
    PRODUCT,
    SUM,
    TERNARY,
    UNARY,
    Printer,
    Text,
)
from symdiff.dims import Dim, Shape
from symdiff.errors import NotSupported
from symdiff.lower import Known, Node, Program

_CALLED = frozenset((*STRUCTURED, *MATRIX_FUNCTIONS, "solve", "norm2"))
_ALONG = frozenset(("norm2", *(name for name, form in STRUCTURED.items() if "{axis}" in form)))
KNOWN = Known(frozenset((*ELEMENTWISE, *_CALLED)), frozenset(COMPLEX.split()), STACKS, _ALONG)
_KERNEL = re.compile(r"\bkernels\.(\w+)")  # how the tables call what is more than one call of NumPy
# Python's own complex numbers, which 1j*x0 is for one number x0, do not divide by zero
_NAMED = {"pi": "np.pi", "e": "np.e", "oo": "np.inf", "i": "np.complex128(1j)"}


def emit(program: Program, several: bool) -> Code:
    """The source of a function `f`, which returns a tuple where `several` results are wanted."""
    return NumpyPrinter(program).code(several)


def _may_call(program: Program) -> set[str]:
    """The kernels that the source of a program may call, and what they use."""
    nodes = [node.attr[0] if node.op == "each" else node for node in program.nodes]
    names = {node.attr[0] for node in nodes if node.op in ("function", "call")}
    forms = " ".join(form for table in (ELEMENTWISE, STRUCTURED) for name, form in table.items() if name in names)
    kernels = {*_KERNEL.findall(forms), *(names & MATRIX_FUNCTIONS), *(names & {"norm2", "solve"})}
    kernels |= {"below_cut"} if program.complex else set()
    kernels |= {node.op for node in nodes} & {"embed", "add_diagonal"}
    return set(needed(kernels))


class NumpyPrinter(Printer):
    """Prints a program for NumPy."""

    def __init__(self, program: Program) -> None:
        super().__init__(program, Names(("np", "f", "kernels", "base64", *_may_call(program))))
        self.spreads = program.spreads
        self.arguments = {name: self.names.own(name, kind) for name, kind in program.arguments.items()}
        self.inputs = [self.arguments[e.attr.name] for e in program.inputs]
        self.sizes: dict[str, str] = {}  # dimension name to variable
        self.parameters: list[str] = []  # those that no argument shows
        self.shown: dict[str, dict[int, str]] = {}  # the others: the axes of a variable that are sizes
        self.constants: dict[int, tuple[str, str]] = {}
        self._renderers: dict[str, Callable[[Node, list[Text]], Text]] = {
            "input": lambda node, args: Text(self.inputs[node.attr]),
            "literal": lambda node, args: number_text(node.attr),
            "named": lambda node, args: Text(_NAMED[node.attr]),
            "size": lambda node, args: self._size(node.attr),
            "constant": self._constant,
            "fill": self._fill,
            "eye": lambda node, args: Text(f"np.eye({self._dim(node.shape[0])})"),
            "neg": self._neg,
            "recip": self._recip,
            "mul": self._mul,
            "div": self._div,
            "add": self._add,
            "pow": self._pow,
            "function": self._function,
            "call": self._function,
            "each": self._each,
            "permute": self._permute,
            "expand": self._expand,
            "sum": lambda node, args: Text(f"{args[0].at(ATOM)}.sum({_axes(node.attr, node.args[0].rank)})"),
            "diagonal": self._diagonal,
            "matmul": self._matmul,
            "inner": self._inner,
            "tensordot": self._tensordot,
            "einsum": self._einsum,
            "compare": self._compare,
            "logic": self._logic,
            "select": self._select,
            "reduce": self._reduce,
            "scan": self._scan,
            "index": self._index,
            "join": self._join,
            "reshape": self._reshape,
            "apply": self._apply,
            "copy": lambda node, args: Text(f"{args[0].at(ATOM)}.copy()"),
            "embed": self._embed,
            "add_diagonal": lambda node, args: Text(f"kernels.add_diagonal({args[0].text}, {args[1].text})"),
            "broadcast": lambda node, args: Text(f"np.broadcast_to({args[0].text}, {self._shape(node.shape)})"),
        }

    def code(self, several: bool) -> Code:
        lines, results = self.run()
        results = [
            f"np.float64({text})" if node.host else text
            for node, text in zip(self.program.results, results, strict=True)
        ]
        result = results[0] if not several else f"({', '.join(results)}{',' if len(results) == 1 else ''})"
        body = [*self._read(), *lines, f"return {result}"]
        kernels: dict[str, None] = {}

        def called(match: re.Match[str]) -> str:
            kernels[match[1]] = None
            return match[1]

        body = [_KERNEL.sub(called, line) for line in body]
        parameters = [*self.arguments.values(), *(self.sizes[name] for name in self.parameters)]
        constants = [f"{name} = {text}" for name, text in self.constants.values()]
        imports = ["import base64"] if any("base64." in text for text in constants) else []
        function = [f"def f({', '.join(parameters)}):", *(f"    {line}" for line in [*self._notes(), *body])]
        parts = ["\n".join([*imports, prelude(kernels)]), *(["\n".join(constants)] if constants else [])]
        return Code("\n\n\n".join([*parts, "\n".join(function)]) + "\n", tuple(self.parameters))

    def _read(self) -> Iterator[str]:
        """The statements that read sizes off the arguments."""
        for variable, shape in zip(self.inputs, self.program.shapes, strict=True):
            axes = self.shown.get(variable, {})
            if 1 < len(axes) == len(shape):
                yield f"{', '.join(axes[k] for k in range(len(shape)))} = {variable}.shape"
            else:
                yield from (f"{size} = {variable}.shape[{axis}]" for axis, size in axes.items())

    def _notes(self) -> list[str]:
        """What each argument is, in comments; names that are not the user's say which they stand for."""
        notes = []
        for e, shape in zip(self.program.inputs, self.program.shapes, strict=True):
            notes.append(_note(self.arguments[e.attr.name], e.attr.name, dims.show_shape(shape)))
        shown = {e.attr.name for e in self.program.inputs}
        kinds = {"f": "a function", "x": "not used"}
        notes += [
            _note(self.arguments[n], n, kinds[kind]) for n, kind in self.program.arguments.items() if n not in shown
        ]
        return notes + [_note(self.sizes[name], name, "a size") for name in self.parameters]

    def render(self, node: Node, args: list[Text]) -> Text:
        return self._renderers[node.op](node, args)

    # ------------------------------------------------------------ leaves

    def _size(self, dim: Dim) -> Text:
        """A size as source."""
        if isinstance(dim, int):
            return number_text(dim)
        if (quotient := dims.quotient(dim)) is not None:
            common, rest, below = quotient
            factors = [*(self._named_size(name) for name, p in common for _ in range(p)), self._size(rest).at(PRODUCT)]
            return Text(f"{' * '.join(factors)} // {below}", PRODUCT)
        parts: list[str] = []
        for monomial, coefficient in dims.terms(dim):
            factors = [str(abs(coefficient))] if abs(coefficient) != 1 or not monomial else []
            factors += [self._named_size(name) for name, p in monomial for _ in range(p)]
            sign = ("-" if coefficient < 0 else "") if not parts else (" - " if coefficient < 0 else " + ")
            parts.append(sign + " * ".join(factors))
        text = "".join(parts)
        return Text(text, ATOM if text.isidentifier() else SUM)

    def _named_size(self, name: str) -> str:
        if isinstance(name, dims.Smaller):
            return f"min({', '.join(map(self._dim, name.parts))})"
        if name not in self.sizes:
            self.sizes[name] = self.names.own(name, "d")
            for variable, shape in zip(self.inputs, self.program.shapes, strict=True):
                axis = next((k for k, dim in enumerate(shape) if dims.name_of(dim) == name), None)
                if axis is not None:
                    self.shown.setdefault(variable, {})[axis] = self.sizes[name]
                    break
            else:
                self.parameters.append(name)
        return self.sizes[name]

    def _dim(self, dim: Dim) -> str:
        return self._size(dim).text

    def _shape(self, shape: Shape) -> str:
        return f"({', '.join(map(self._dim, shape))}{',' if len(shape) == 1 else ''})"

    def _constant(self, node: Node, args: list[Text]) -> Text:
        if node.attr not in self.constants:
            data: Array = self.program.constants[node.attr].attr
            numbers = [e if isinstance(e, complex) else as_float(e) for e in data.entries]
            self.constants[node.attr] = self.names.fresh("c"), spelled(numbers, data.shape, "c" in data.kinds)
        return Text(self.constants[node.attr][0])

    def _fill(self, node: Node, args: list[Text]) -> Text:
        shape = self._shape(node.shape) if node.rank > 1 else self._dim(node.shape[0])
        value = node.args[0].value
        if value in (0, 1):
            return Text(f"np.{'ones' if value else 'zeros'}({shape})")
        return Text(f"np.full({shape}, {self._floating(args[0], node.args[0].host)})")

    def _floating(self, text: Text, host: bool) -> str:
        """A function's argument: Python's own numbers as floats, so that no integer array comes of them."""
        if not host or "np." in text.text:
            return text.text
        try:
            return repr(float(text.text))
        except ValueError:
            return f"float({text.text})"

    # ------------------------------------------------------------ arithmetic

    def _neg(self, node: Node, args: list[Text]) -> Text:
        (a,) = args
        inner = node.args[0]
        if inner.op == "mul" and inner.args[0].op == "literal" and a.level == PRODUCT:
            return Text(f"-{a.text}", PRODUCT)
        return Text(f"-{a.at(UNARY)}", UNARY)

    def _recip(self, node: Node, args: list[Text]) -> Text:
        a = node.args[0]
        # one divided by a zero of Python's own raises, where an array library answers inf
        risky = a.host and not a.value and a.op != "size"
        return Text(f"1 / {f'np.float64({args[0].text})' if risky else args[0].at(UNARY)}", PRODUCT)

    def _div(self, node: Node, args: list[Text]) -> Text:
        risky = node.host and not _never_zero(node.args[1])
        top = f"np.float64({args[0].text})" if risky else self._left(node.args[0], args[0], "@")
        return Text(f"{top} / {args[1].at(UNARY)}", PRODUCT)

    def _mul(self, node: Node, args: list[Text]) -> Text:
        (a, b), (first, second) = args, node.args
        if second.op in ("literal", "size") and first.op != "literal":
            a, b, first, second = b, a, second, first
        if isinstance(first.attr, Fraction) and first.attr.numerator == 1 and a.level == PRODUCT:
            return Text(f"{b.at(PRODUCT)} / {number_text(first.attr.denominator).text}", PRODUCT)
        return Text(f"{self._left(first, a, '@')} * {b.at(UNARY)}", PRODUCT)

    def _left(self, node: Node, text: Text, other: str) -> str:
        """The left factor; `*` and `@` bind alike, so brackets tell which comes first."""
        mixed = text.level == PRODUCT and (node.op == "matmul") == (other == "@")
        return text.at(UNARY if mixed else PRODUCT)

    def _pow(self, node: Node, args: list[Text]) -> Text:
        base = f"np.float64({args[0].text})" if node.args[0].host else args[0].at(ATOM)
        return Text(f"{base} ** {args[1].at(UNARY)}", POWER)

    def _add(self, node: Node, args: list[Text]) -> Text:
        """Terms with their signs; a long sum goes over several statements."""
        text, variables = "", frozenset[str]()
        for term, arg in zip(node.args, args, strict=True):
            if len(text) + len(arg.text) > LINE and text:
                held = self.assign(Text(text, SUM, variables))
                text, variables = held.text, held.variables
            variables |= arg.variables
            minus = arg.text.startswith("-") and arg.level in (UNARY, PRODUCT)
            if not text:
                text = arg.at(SUM)
            elif minus and term.op == "neg":
                text += f" - {self.texts[term.args[0]].at(PRODUCT)}"
            elif minus:
                text += f" - {arg.text[1:]}"
            else:
                text += f" + {arg.at(PRODUCT)}"
        return Text(text, SUM, variables)

    # ------------------------------------------------------------ functions

    def _function(self, node: Node, args: list[Text]) -> Text:
        name = node.attr[0]
        texts = [self._floating(text, arg.host) for text, arg in zip(args, node.args, strict=True)]
        if name == "norm2":
            return self._norm2(node, args)
        if name == "solve":
            home = "np.linalg" if node.rank <= 2 or node.args[0].rank > 2 else "kernels"
            return Text(f"{home}.solve({', '.join(texts)})")
        if name in MATRIX_FUNCTIONS:
            return Text(f"kernels.{name}({', '.join(texts)})")
        if name in STRUCTURED:
            return Text(STRUCTURED[name].format(*texts, axis=self._keywords(node)))
        form = (OF_COMPLEX if self.program.complex else ELEMENTWISE).get(name, ELEMENTWISE[name])
        if "-{0}" in form:
            texts = [args[0].at(UNARY) if not node.args[0].host else texts[0]]
        return Text(form.format(*texts), UNARY if form.startswith("-") else ATOM)

    def _keywords(self, node: Node) -> str:
        """The keyword axis as source; another keyword, or an axis where there can be none, is refused."""
        name, keywords = node.attr
        axes = dict(keywords).get("axis")
        for key, value in keywords:
            if key != "axis" or (value is not None and "{axis}" not in STRUCTURED[name]):
                raise NotSupported(f"{name} with the keyword {key} has no form in NumPy")
        return _axis_keyword(axes, node.args[0].rank)

    def _norm2(self, node: Node, args: list[Text]) -> Text:
        axis = dict(node.attr[1]).get("axis")
        if axis is None or len(axis) == node.args[0].rank:
            return Text(f"kernels.norm2({args[0].text})")
        if len(axis) > 2:
            square = f"np.square(np.abs({args[0].text}))"
            return Text(f"np.sqrt({square}.sum({_axes(axis, node.args[0].rank)}))")
        return Text(f"kernels.norm2({args[0].text}{_axis_keyword(axis, node.args[0].rank)})")

    def _apply(self, node: Node, args: list[Text]) -> Text:
        return Text(f"{self.arguments[node.attr]}({', '.join(arg.text for arg in args)})")

    def _each(self, node: Node, args: list[Text]) -> Text:
        """One operation for each entry of a first axis that some arguments have; what the others are is held."""
        inner, flags = node.attr
        held = [text if flag or text.text.isidentifier() or arg.host else self.assign(text)
                for text, flag, arg in zip(args, flags, node.args, strict=True)]  # fmt: skip
        texts = [Text(self.names.fresh("item")) if flag else text for text, flag in zip(held, flags, strict=True)]
        items, stacks = ([t.text for t, flag in zip(some, flags, strict=True) if flag] for some in (texts, held))
        over = stacks[0] if len(stacks) == 1 else f"zip({', '.join(stacks)})"
        variables = frozenset().union(*(text.variables for text in held))
        return Text(f"np.stack([{self.render(inner, texts).text} for {', '.join(items)} in {over}])", ATOM, variables)

    # ------------------------------------------------------------ axes and products

    def _permute(self, node: Node, args: list[Text]) -> Text:
        axes = ", ".join(map(str, node.attr))
        return Text(f"{args[0].at(ATOM)}.{'T' if node.rank == 2 else f'transpose({axes})'}")

    def _expand(self, node: Node, args: list[Text]) -> Text:
        return Text(f"{args[0].at(ATOM)}[{', '.join(':' if real else 'None' for real in node.attr)}]")

    def _diagonal(self, node: Node, args: list[Text]) -> Text:
        i, j = node.attr
        axes = "" if node.rank == 1 else f"axis1={i}, axis2={j}"
        return Text(f"{args[0].at(ATOM)}.diagonal({axes})")

    def _matmul(self, node: Node, args: list[Text]) -> Text:
        return Text(f"{self._left(node.args[0], args[0], '*')} @ {args[1].at(UNARY)}", PRODUCT)

    def _embed(self, node: Node, args: list[Text]) -> Text:
        if node.attr == (0, 0):
            return Text(f"np.diag({args[0].text})")
        return Text(f"kernels.embed({args[0].text}, {node.attr})")

    def _inner(self, node: Node, args: list[Text]) -> Text:
        return Text(f"{args[0].at(ATOM)}.ravel() @ {args[1].at(ATOM)}.ravel()", PRODUCT)

    def _tensordot(self, node: Node, args: list[Text]) -> Text:
        left, right = node.attr
        return Text(f"np.tensordot({args[0].text}, {args[1].text}, axes=({list(left)}, {list(right)}))")

    def _einsum(self, node: Node, args: list[Text]) -> Text:
        a, b, out = ("".join(chr(ord("a") + k) for k in labels) for labels in node.attr)
        return Text(f'np.einsum("{a},{b}->{out}", {args[0].text}, {args[1].text})')

    def _reduce(self, node: Node, args: list[Text]) -> Text:
        kind, axes = node.attr
        return Text(f"{args[0].at(ATOM)}.{kind}({_axes(axes, node.args[0].rank)})")

    def _scan(self, node: Node, args: list[Text]) -> Text:
        kind, axis, reverse = node.attr
        if not reverse:
            return Text(f"{args[0].at(ATOM)}.{kind}(axis={axis})")
        return Text(f"np.flip(np.flip({args[0].text}, {axis}).{kind}(axis={axis}), {axis})")

    # ------------------------------------------------------------ cases and pieces

    def _compare(self, node: Node, args: list[Text]) -> Text:
        return Text(f"{args[0].at(SUM)} {node.attr} {args[1].at(SUM)}", COMPARE)

    def _logic(self, node: Node, args: list[Text]) -> Text:
        return Text(f"np.logical_{node.attr}({', '.join(arg.text for arg in args)})")

    def _select(self, node: Node, args: list[Text]) -> Text:
        pairs = list(zip(args, node.args, strict=True))
        if node.rank or self.spreads:
            return Text(f"np.where({', '.join(self._floating(text, arg.host) for text, arg in pairs)})")
        condition, a, b = (f"np.float64({text.text})" if arg.host else text.at(COMPARE) for text, arg in pairs)
        return Text(f"{a} if {condition} else {b}", TERNARY)

    def _index(self, node: Node, args: list[Text]) -> Text:
        items = [self._item(item, dim) for item, dim in zip(node.attr, node.args[0].shape, strict=True)]
        while len(items) > 1 and items[-1] == ":":
            items.pop()
        return Text(f"{args[0].at(ATOM)}[{', '.join(items)}]")

    def _item(self, item: Any, dim: Dim) -> str:
        if not hasattr(item, "start"):
            return self._dim(item)
        start = "" if item.start == 0 and item.step > 0 else self._dim(item.start)
        stop = "" if item.stop == dim or (item.step < 0 and item.stop == -1) else self._dim(item.stop)
        if item.step < 0 and stop and not dims.never_above(0, item.stop):  # down to the first, and it
            stop = f"None if {stop} < 0 else {stop}"
        return f"{start}:{stop}" + (f":{item.step}" if item.step != 1 else "")

    def _join(self, node: Node, args: list[Text]) -> Text:
        kind, axis = node.attr
        texts = [self._floating(text, arg.host) for text, arg in zip(args, node.args, strict=True)]
        if kind == "stack" and node.rank == 1:
            return Text(f"np.array({_listed(texts)})")
        if kind == "stack" and axis == 0 and all(text.startswith("np.array([") for text in texts):
            return Text(f"np.array({_listed([text[len('np.array(') : -1] for text in texts])})")
        return Text(f"np.{'stack' if kind == 'stack' else 'concatenate'}({_listed(texts)}, axis={axis})")

    def _reshape(self, node: Node, args: list[Text]) -> Text:
        order = "" if node.attr == "C" else ', order="F"'
        return Text(f"{args[0].at(ATOM)}.reshape({self._shape(node.shape)}{order})")


def _never_zero(node: Node) -> bool:
    """Whether a number of Python's own is a number but 0, or a product of sizes."""
    return bool(node.value) or (node.op == "size" and len(dims.terms(node.attr)) == 1)


def _axes(axes: tuple[int, ...], rank: int) -> str:
    if len(axes) == rank:
        return ""
    return f"axis={axes[0] if len(axes) == 1 else axes}"


def _axis_keyword(axes: tuple[int, ...] | None, rank: int) -> str:
    text = "" if axes is None else _axes(axes, rank)
    return f", {text}" if text else ""


def _listed(items: list[str]) -> str:
    """A list display, over several lines where it is long."""
    lines = [""]
    for k, item in enumerate(items):
        piece = item + (", " if k + 1 < len(items) else "")
        if len(lines[-1]) + len(piece) > LINE and lines[-1]:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece
    indent = "\n" + " " * 8
    return f"[{indent.join(lines)}]"


def _note(variable: str, name: str, kind: str) -> str:
    """A comment. What is a user's, the name where it is not that of the variable and names of sizes, is cut to what is
    fit for one.
    """
    said = kind if variable == name else f"{name[:40]}, {kind}"
    return f"# {variable}: " + "".join(letter if letter.isprintable() else "?" for letter in said)[:100]
