"""The NumPy backend: each operation of a program as NumPy source, from the tables below."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symdiff import dims
from symdiff.algebra import Array
from symdiff.backends import Code
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

_SPELLED_OUT = 32  # entries of a constant array that stand in the source
_KERNELS = "kernels."

# A function of the books as NumPy source, {0} {1} … its arguments; what has no entry here is printed by its
# book's kernel or def.
_SAME_NAME = "sin cos tan sinh cosh tanh exp exp2 expm1 log log2 log10 log1p sqrt cbrt sign floor ceil real imag conj"
ELEMENTWISE: dict[str, str] = {
    **{name: f"np.{name}({{0}})" for name in _SAME_NAME.split()},
    "asin": "np.arcsin({0})",
    "acos": "np.arccos({0})",
    "atan": "np.arctan({0})",
    "asinh": "np.arcsinh({0})",
    "acosh": "np.arccosh({0})",
    "atanh": "np.arctanh({0})",
    "atan2": "np.arctan2({0}, {1})",
    "hypot": "np.hypot({0}, {1})",
    "logaddexp": "np.logaddexp({0}, {1})",
    "plane": "np.add({0}, 0j)",
    "abs": "np.abs({0})",
    "arg": "np.angle({0} + 0.0)",
    "round": "np.rint({0})",
    "max": "np.maximum({0}, {1})",
    "min": "np.minimum({0}, {1})",
    "mod": "np.mod({0}, {1})",
    "clip": "np.clip({0}, {1}, {2})",
    "heaviside": "np.heaviside({0}, 0.5)",
    "relu": "np.maximum({0}, 0.0)",
    "softplus": "np.logaddexp(0.0, {0})",
    "logsigmoid": "-np.logaddexp(0.0, -{0})",
    "sigmoid": "kernels.sigmoid({0})",
    "sech": "kernels.sech({0})",
    "erf": "kernels.erf({0})",
    "erfc": "kernels.erfc({0})",
    "erfcx": "kernels.erfcx({0})",
    "gamma": "kernels.gamma({0})",
    "lgamma": "kernels.lgamma({0})",
    "digamma": "kernels.digamma({0})",
    "digamma_rise": "kernels.digamma_rise({0}, {1})",
    "polygamma": "kernels.polygamma({0}, {1})",
    "beta": "kernels.beta({0}, {1})",
}

# Functions of whole arrays; {axis} is the keyword of that name as source, with its comma, or nothing.
STRUCTURED: dict[str, str] = {
    "inv": "np.linalg.inv({0})",
    "tril": "np.tril({0})",
    "triu": "np.triu({0})",
    "svdvals": "np.linalg.svd({0}, compute_uv=False)",
    "norm_nuc": 'np.linalg.norm({0}, "nuc")',
    "norm_spec": "np.linalg.norm({0}, 2)",
    "det": "np.linalg.det({0})",
    "logdet": "kernels.logdet({0})",
    "adj": "kernels.adjugate({0})",
    "cross": "np.cross({0}, {1})",
    "pinv": "np.linalg.pinv({0})",
    "norm": "kernels.norm({0}, {1}{axis})",
    "prod_others": "kernels.prod_others({0}{axis})",
    "recurrence": "kernels.recurrence({0}, {1}{axis})",
    "recurrence_back": "kernels.recurrence_back({0}, {1}{axis})",
    "logsumexp": "kernels.logsumexp({0}{axis})",
    "softmax": "kernels.softmax({0}{axis})",
    "log_softmax": "kernels.log_softmax({0}{axis})",
    "var": "np.var({0}{axis})",
    "std": "np.std({0}{axis})",
}

# Kernels with the name and the arguments of the book.
MATRIX_FUNCTIONS = frozenset(
    "adj_d expm expm_frechet logm logm_frechet lyap matpow matpow_d sqrtm sylvester "
    "cholesky eigvals eigvecs invgaps polar svd_left svd_right tril_half".split()
)

_COMPLEX = (
    "sin cos tan sinh cosh tanh exp exp2 expm1 log log2 log10 log1p sqrt asin acos atan asinh acosh atanh "
    "plane prod_others recurrence recurrence_back sigmoid abs real imag conj arg inv det logdet adj adj_d matpow solve "
    "softmax tril triu tril_half expm expm_frechet logm logm_frechet sqrtm sylvester matpow_d cross"
)
# Of complex arguments: on the cut to the right of 1 the value from below, as the definitions by logarithms have it
# (NumPy's depends on the sign of a zero imaginary part there).
_OF_COMPLEX = {name: f"kernels.below_cut({ELEMENTWISE[name][:-5]}, {{0}})" for name in ("asin", "acos", "atanh")}

KNOWN = Known(frozenset((*ELEMENTWISE, *STRUCTURED, *MATRIX_FUNCTIONS, "solve", "norm2")), frozenset(_COMPLEX.split()))
# Python's own complex numbers, which 1j*x0 is for one number x0, do not divide by zero
_NAMED = {"pi": "np.pi", "e": "np.e", "oo": "np.inf", "i": "np.complex128(1j)"}


def emit(program: Program, several: bool) -> Code:
    """The source of a function `f`, which returns a tuple where `several` results are wanted."""
    return NumpyPrinter(program).code(several)


class NumpyPrinter(Printer):
    """Prints a program for NumPy."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.sizes: dict[str, str] = {}  # dimension name to variable
        self.constants: dict[str, Any] = {}
        self._renderers: dict[str, Callable[[Node, list[Text]], Text]] = {
            "input": lambda node, args: Text(f"x{node.attr}"),
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
        body = [*lines, f"return {result}"]
        inputs, functions = self.program.inputs, self.program.functions
        names = [*(f"x{k}" for k in range(len(inputs))), *(f"f{k}" for k in range(len(functions)))]
        head = ["import numpy as np"]
        if any(_KERNELS in line for line in body):
            head.append("from symdiff.backends import numpy_kernels as kernels")
        notes = [f"    # {note}" for note in self._notes()]
        define = f"def f({', '.join([*names, *self.sizes.values()])}):"
        source = "\n".join([*head, "", "", define, *notes, *(f"    {line}" for line in body), ""])
        arguments = (*(e.attr.name for e in inputs), *functions)
        return Code(source, arguments, tuple(self.sizes), self.constants)

    def _notes(self) -> list[str]:
        """What each name of the source stands for; a user's names appear nowhere else."""
        notes = [f"x{k}: {_plain(e.attr.name)}, {dims.show_shape(e.shape)}" for k, e in enumerate(self.program.inputs)]
        notes += [f"f{k}: {_plain(name)}" for k, name in enumerate(self.program.functions)]
        notes += [f"{variable}: size {_plain(name)}" for name, variable in self.sizes.items()]
        return notes + [f"{name}: constant, {dims.show_shape(v.shape)}" for name, v in self.constants.items()]

    def render(self, node: Node, args: list[Text]) -> Text:
        return self._renderers[node.op](node, args)

    # ------------------------------------------------------------ leaves

    def _size(self, dim: Dim) -> Text:
        """A size as source."""
        if isinstance(dim, int):
            return number_text(dim)
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
        return self.sizes.setdefault(name, f"d{len(self.sizes)}")

    def _dim(self, dim: Dim) -> str:
        return self._size(dim).text

    def _shape(self, shape: Shape) -> str:
        return f"({', '.join(map(self._dim, shape))}{',' if len(shape) == 1 else ''})"

    def _constant(self, node: Node, args: list[Text]) -> Text:
        name = f"c{node.attr}"
        data: Array = self.program.constants[node.attr].attr
        if name not in self.constants:
            import numpy as np

            kind = complex if "c" in data.kinds else float
            entries = [e if isinstance(e, complex) else as_float(e) for e in data.entries]
            self.constants[name] = np.array(entries, dtype=kind).reshape(data.shape)
        return Text(name)

    def _fill(self, node: Node, args: list[Text]) -> Text:
        shape = self._shape(node.shape) if node.rank > 1 else self._dim(node.shape[0])
        value = node.args[0].value
        if value in (0, 1):
            return Text(f"np.{'ones' if value else 'zeros'}({shape})")
        return Text(f"np.full({shape}, {self._floating(args[0], node.args[0].host)})")

    def _floating(self, text: Text, host: bool) -> str:
        """A function's argument: Python's own numbers as floats, so that no integer array comes of them."""
        if not host or text.text.startswith("np."):
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
        top = f"np.float64({args[0].text})" if node.host else self._left(node.args[0], args[0], "@")
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
            home = "np.linalg" if node.rank <= 2 else "kernels"
            return Text(f"{home}.solve({', '.join(texts)})")
        if name in MATRIX_FUNCTIONS:
            return Text(f"kernels.{name}({', '.join(texts)})")
        if name in STRUCTURED:
            return Text(STRUCTURED[name].format(*texts, axis=self._keywords(node)))
        form = (_OF_COMPLEX if self.program.complex else ELEMENTWISE).get(name, ELEMENTWISE[name])
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
        kind = "complex" if self.program.complex else "float"
        given = ", ".join(arg.text for arg in args)
        return Text(f"kernels.returned(f{node.attr}({given}), {node.rank}, {kind})")

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
        if node.rank:
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


def as_float(value: int | Fraction | float) -> float:
    """The float nearest to a number; infinite where it is larger than any."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def number_text(value: int | Fraction | float) -> Text:
    """A number as source; what floats cannot tell apart is written as a float."""
    if isinstance(value, Fraction) and value.denominator & (value.denominator - 1):
        top, bottom = number_text(value.numerator), number_text(value.denominator)
        return Text(f"{top.text} / {bottom.text}", PRODUCT)
    if not isinstance(value, int) or abs(value) >= 1 << 53:
        value = as_float(value)
        text = {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"}.get(repr(value), repr(value))
    else:
        text = str(value)
    return Text(text, UNARY if text.startswith("-") else ATOM)


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


def _plain(name: str) -> str:
    """A user's name, fit for a comment."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:40]
