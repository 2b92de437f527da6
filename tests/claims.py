"""Derivatives that someone claims, right ones and wrong ones: texts made from a seed, by the kinds of mistakes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import symdiff as sd
from symdiff.algebra import same

LET = """t, s, a: scalar; z: complex; k: integer; x, y: vector(n); b: vector(m); A: matrix(m, n); X, C: matrix(n, n)
S: symmetric(n); P: spd(n); D: diagonal(n); L: lower(n); U: upper(n); K: skew(n); Q: orthogonal(n)"""


class Claim(NamedTuple):
    """That `result` is the derivative of `f`; `kind` is what sd.check is asked, `about` how the claim was made."""

    f: str
    wrt: str
    result: str
    right: bool
    about: str
    kind: str = "grad"
    structure: str | None = None

    def verdict(self) -> sd.Verdict:
        return sd.check(self.f, self.wrt, self.result, self.kind, LET, structure=self.structure)


SMOOTH = [  # of scalars, by t
    "t^3 + s*t", "sin(t)*s + t^2", "exp(-t/7)*s", "t^2/(1 + s^2)", "atan(t)*s + t", "log(1 + t^2)", "t*s^2 + cos(t*s)",
    "sinh(t/5) + s*t", "sqrt(1 + t^2)*s", "sigmoid(t)*s + t", "t^2*exp(s/9)", "(t - s)^4/8", "0.3*t^2 + 0.7*s*t",
    "tanh(t/3) + t^2", "softplus(t)*s + s*t^3", "erf(t) + t^2", "t^5 - 2*t",
]  # fmt: skip
VECTOR = [
    "x'*C*x", "sum(x.^2) + y'*x", "norm2(A*x - b)^2", "sum(sin(x).*y)", "logsumexp(x) + x'*x", "sum(exp(x/9).*y)",
    "x'*x*(y'*x)", "sum(log(1 + x.^2))", "sum(A*x) + sum(x.^3)", "softmax(x)'*y + x'*y", "sum(x)^2 - x'*y",
    "t*x'*x + s*sum(x)", "sum(sqrt(1 + x.^2))", "y'*X*x + x'*x",
]  # fmt: skip
MATRIX = ["tr(C*X)", "x'*X*y", "tr(X*C*X)", "logdet(eye(n) + X*X')", "sum((X*C).^2)", "tr(X'*C*X)", "tr(X^3)", "det(X)"]
STRUCTURED = ["tr(C*{0})", "x'*{0}*y", "tr(C*{0}*{0})", "y'*{0}*{0}*x", "tr({0}*C*{0}*X)", "sum(exp({0}/3).*C)"]
THRESHOLDS = [3, 10, 47.5, 300, 1000, 25000, 1000000]
SIZES = [2, 4, 5, 7, 12, 40]


class Maker:
    """Makes claims: each method one way to be right or wrong."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.right_ways: list[Callable[[], Claim]] = [
            self.as_found, self.as_found, self.two_halves, self.branches, self.in_a_group, self.within_a_kink,
            self.structured_rightly, self.above_a_size_rightly, self.pieces_rightly, self.complex_rightly,
            self.integer_rightly, self.hessian_rightly, self.shifted,
        ]  # fmt: skip
        self.wrong_ways: list[Callable[[], Claim]] = [
            self.sign_or_factor, self.missing_term, self.transposed, self.beyond_in_result, self.beyond_in_result,
            self.beyond_in_f, self.beyond_in_f, self.in_one_piece, self.negative_imaginary, self.above_a_size,
            self.integers, self.other_convention, self.other_convention, self.small_term, self.hessian_wrongly,
        ]  # fmt: skip

    def right(self, number: int) -> Claim:
        return self.right_ways[number % len(self.right_ways)]()

    def wrong(self, number: int) -> Claim:
        return self.wrong_ways[number % len(self.wrong_ways)]()

    # --- what claims are made of

    def any(self, things: Sequence[Any]) -> Any:
        return self.random.choice(things)

    def threshold(self) -> str:
        c = self.any(THRESHOLDS)
        return str(c if self.random.random() < 0.5 else int(c * self.random.uniform(0.7, 1.4)) + 1)

    def function(self) -> tuple[str, str]:
        """A function and its variable."""
        return self.any([(self.any(SMOOTH), "t"), (self.any(VECTOR), "x"), (self.any(MATRIX), "X")])

    def derivative(self, f: str, wrt: str, kind: str = "grad") -> str:
        return f"({sd.hessian(f, wrt, LET) if kind == 'hessian' else sd.grad(f, wrt, LET)})"

    def size(self, wrt: str) -> str:
        """A scalar that grows with the variable."""
        return self.any(
            {
                "t": ["t", "-t", "abs(t)", "t + s", "t^2"],
                "x": ["sum(x)", "-sum(x)", "norm2(x)", "x[0]", "y'*x", "max(x)", "-min(x)", "x'*x", "sum(abs(x))"],
                "X": ["tr(X)", "-tr(X)", "norm2(X)", "X[0, 1]", "sum(X)", "max(X)", "abs(tr(X))", "x'*X*y"],
            }[wrt]
        )

    # --- right ones, in unusual forms too

    def as_found(self) -> Claim:
        f, wrt = self.function()
        return Claim(f, wrt, self.derivative(f, wrt), True, "as found")

    def two_halves(self) -> Claim:
        """g = relu(g) - relu(-g) = abs(g).*sign(g)."""
        f, wrt = self.function()
        g = self.derivative(f, wrt)
        form = self.any(["relu({0}) - relu(-{0})", "abs({0}).*sign({0})", "max({0}, 0) + min({0}, 0)"])
        return Claim(f, wrt, form.format(g), True, "two halves")

    def branches(self) -> Claim:
        """The same in both branches, written apart."""
        f, wrt = self.function()
        g, c, u = self.derivative(f, wrt), self.threshold(), self.size(wrt)
        form = self.any(
            ["where({1} > {2}, 3*{0}, 2*{0}) - where({1} > {2}, 2, 1)*{0}",
             "{0}*(relu({1} - {2}) - relu({2} - ({1})) + {2} + 1 - ({1}))",
             "where({1} < {2}, {0}*(sin(s)^2 + cos(s)^2), {0})"]
        )  # fmt: skip
        return Claim(f, wrt, form.format(g, u, c), True, "branches")

    def in_a_group(self) -> Claim:
        f, wrt = self.function()
        form = self.any(
            ["{0}*exp(s)*exp(-s)", "{0}*(cosh(a)^2 - sinh(a)^2)", "({0}*(1 + s^2) - {0}*s^2)", "-(-3*{0})/3",
             "{0}*sqrt((1 + a^2)^2)/(1 + a^2)", "{0}*n/n + 0*{0}"]
        )  # fmt: skip
        return Claim(f, wrt, form.format(self.derivative(f, wrt)), True, "equal forms")

    def shifted(self) -> Claim:
        f, wrt = self.function()
        c, g = self.threshold(), self.derivative(f, wrt)
        return Claim(f, wrt, f"({g}*(a + {c}) - {g}*a)/{c}", True, "shifted")

    def within_a_kink(self) -> Claim:
        f, wrt = self.kinked()
        return Claim(f, wrt, self.derivative(f, wrt), True, "kinks")

    def structured_rightly(self) -> Claim:
        name = self.any(list("SPDLUKQ"))
        f = self.any(STRUCTURED).format(name)
        structure = self.any([None, "projected"] if name == "Q" else [None, "free", "projected"])
        g = sd.grad(f, name, LET, structure=structure)
        return Claim(f, name, str(g), True, "structure", structure=structure)

    def above_a_size_rightly(self) -> Claim:
        c, f = self.any(SIZES), self.any(VECTOR)
        f = self.any([f"({f})*relu(n - {c})", f"({f})*where(n > {c}, 2, 1)", f"{f} + sum(x)*min(n, {c})"])
        return Claim(f, "x", self.derivative(f, "x"), True, "sizes")

    def pieces_rightly(self) -> Claim:
        f, right, _ = self.piece()
        return Claim(f, "t", right, True, "pieces")

    def complex_rightly(self) -> Claim:
        f, wrt, right, _ = self.any(COMPLEX)
        return Claim(f, wrt, right, True, "complex", "diff")

    def integer_rightly(self) -> Claim:
        c = self.threshold()
        return Claim(f"relu(k - {c})*t^2", "t", f"where(k > {c}, 2*t*(k - {c}), 0)", True, "integers")

    def hessian_rightly(self) -> Claim:
        f, wrt = self.any([(self.any(SMOOTH), "t"), (self.any(VECTOR[:-2]), "x")])
        g = self.derivative(f, wrt, "hessian")
        form = self.any(["{0}", "{0}*2 - {0}", "where({1} > {2}, {0}, (1 + s^2)*{0} - s^2*{0})"])
        return Claim(f, wrt, form.format(g, self.size(wrt), self.threshold()), True, "hessian", "hessian")

    # --- wrong ones

    def sign_or_factor(self) -> Claim:
        f, wrt = self.function()
        form = self.any(["-{0}", "2*{0}", "{0}/2", "{0}*1.0001", "{0}*(1 + s^2)", "{0}*n"])
        return Claim(f, wrt, form.format(self.derivative(f, wrt)), False, "sign or factor")

    def missing_term(self) -> Claim:
        f, wrt = self.function()
        terms = {"t": ["s*t", "t^2*s", "sin(t)"], "x": ["y'*x", "t*x'*x", "sum(sin(x))"], "X": ["tr(X*C)", "sum(X.^2)"]}
        term = self.any(terms[wrt])
        return Claim(f"{f} + {term}", wrt, self.derivative(f, wrt), False, "a missing term")

    def transposed(self) -> Claim:
        f, wrt, wrong, kind = self.any(
            [("x'*X*y", "X", "y*x'", "grad"), ("tr(C*X)", "X", "C", "grad"), ("C*x", "x", "C'", "jacobian"),
             ("C*x", "x", "C", "grad"), ("det(X)", "X", "adj(X)", "grad"), ("tr(X^3)", "X", "3*X^2", "grad"),
             ("X*sin(x)", "x", "diag(cos(x))*X", "jacobian"), ("tr(X*C*X)", "X", "C*X + X*C", "grad"),
             ("logdet(X)", "X", "inv(X)", "grad"), ("x'*C*x", "x", "2*C*x", "grad"),
             ("x'*C*x", "x", "2*C", "hessian"), ("X'*y", "y", "X", "jacobian")]
        )  # fmt: skip
        return Claim(f, wrt, wrong, False, "transposed", kind)

    def beyond_in_result(self) -> Claim:
        """Right on one side of a threshold."""
        f, wrt = self.function()
        g, c, u = self.derivative(f, wrt), self.threshold(), self.size(wrt)
        one = {"t": "1", "x": "ones(n)", "X": "ones(n, n)"}[wrt]
        form = self.any(
            ["where({1} > {2}, 2*{0}, {0})", "{0} + relu({1} - {2})*{3}", "{0}*(1 + heaviside({1} - {2}))",
             "where({1} < {2}, {0}, 0*{0})", "{0}*max(1, ({1})/{2})", "{0} - min(0, {2} - ({1}))*{3}"]
        )  # fmt: skip
        return Claim(f, wrt, form.format(g, u, c, one), False, "beyond a kink of the result")

    def kinked(self) -> tuple[str, str]:
        """A function with a kink somewhere."""
        wrt = self.any(["t", "x", "X"])
        u, c = self.size(wrt), self.threshold()
        h = {"t": "t^2 + s*t", "x": "x'*x + y'*x", "X": "tr(C*X)"}[wrt]
        form = self.any(["relu({0} - {1})*s + {2}", "max({0}, {1}) + {2}", "hardtanh(({0})/{1})*s + {2}",
                         "where({0} > {1}, s*({2}), {2})", "clip({0}, -{1}, {1})*s + {2}", "abs({0} - {1})*s + {2}",
                         "leaky_relu({0} - {1}) + {2}"])  # fmt: skip
        return form.format(u, c, h), wrt

    def beyond_in_f(self) -> Claim:
        """Right where a kinked part of f is constant, or where it is not."""
        wrt = self.any(["t", "x", "X"])
        u, c = self.size(wrt), self.threshold()
        h = {"t": "t^2", "x": "x'*x", "X": "tr(C*X)"}[wrt]
        form = self.any(
            ["s*relu({0} - {1})", "s*max({0}, {1})", "a*where({0} > {1}, 5*{2}, 0)", "s*hardtanh(({0})/{1})"]
        )
        f = form.format(u, c, h)
        return Claim(f"{f} + {h}", wrt, self.derivative(h, wrt), False, "beyond a kink of f")

    def piece(self) -> tuple[str, str, str]:
        """A function with a domain in pieces, its derivative, and what is right in one of them."""
        c = self.threshold()
        return self.any(
            [(f"sqrt(t^2 - {c}^2)", f"t/sqrt(t^2 - {c}^2)", f"abs(t)/sqrt(t^2 - {c}^2)"),
             ("asec(t)", "1/(abs(t)*sqrt(t^2 - 1))", "1/(t*sqrt(t^2 - 1))"),
             (f"log(t^2 - {c})", f"2*t/(t^2 - {c})", f"2*abs(t)/(t^2 - {c})"),
             (f"log(abs(t - {c}))", f"1/(t - {c})", f"1/abs(t - {c})"),
             (f"acsc(t/{c})", f"-{c}/(abs(t)*sqrt(t^2/{c}^2 - 1)*{c})", f"-1/(t*sqrt(t^2/{c}^2 - 1))"),
             (f"sqrt((t - {c})*(t + 2*{c}))", f"(2*t + {c})/(2*sqrt((t - {c})*(t + 2*{c})))",
              f"abs(2*t + {c})/(2*sqrt((t - {c})*(t + 2*{c})))"),
             ("cbrt(t)", "cbrt(t)/(3*t)", "cbrt(abs(t))/(3*t)"),
             (f"abs(t)^3/{c}", f"3*t*abs(t)/{c}", f"3*t^2/{c}")]
        )  # fmt: skip

    def in_one_piece(self) -> Claim:
        f, _, wrong = self.piece()
        return Claim(f, "t", wrong, False, "right in one piece of the domain")

    def negative_imaginary(self) -> Claim:
        f, wrt, _, wrong = self.any(COMPLEX)
        return Claim(f, wrt, wrong, False, "negative imaginary parts", "diff")

    def above_a_size(self) -> Claim:
        c, f = self.any(SIZES), self.any(VECTOR)
        g = self.derivative(f, "x")
        f, wrong = self.any(
            [(f"({f})*relu(n - {c})", "zeros(n)"), (f, f"where(n > {c}, 2, 1)*{g}"), (f"{f} + sum(x)*relu(n - {c})", g),
             (f, f"{g}*max(n, {c})/{c}")]
        )  # fmt: skip
        return Claim(f, "x", wrong, False, "above a size")

    def integers(self) -> Claim:
        c = self.threshold()
        f, wrong = self.any([(f"relu(k - {c})*t", "0"), (f"relu(-k - {c})*t + t", "1"),
                             (f"max(k, {c})*t", f"{c}"), ("k*t", f"min(k, {c})")])  # fmt: skip
        return Claim(f, "t", wrong, False, "integers")

    def other_convention(self) -> Claim:
        """The derivative of another structure's convention, where that is another one."""
        while True:
            name = self.any(list("SPDLUKQ"))
            f = self.any([*STRUCTURED, "det({0})"] if name == "Q" else STRUCTURED).format(name)
            conventions: list[str | None] = [None, "projected"] if name == "Q" else [None, "free", "projected"]
            asked, given = self.random.sample(conventions, 2)
            if f == "det(Q)":
                return Claim(f, name, "Q", False, "one component of the group")
            right, wrong = (sd.grad(f, name, LET, structure=c) for c in (asked, given))
            differ = name in "SPKQ" or None in (asked, given)  # of a triangle or a diagonal both are the same
            if differ and not same(right, wrong) and not sd.simplify(right - wrong).is_zero:
                return Claim(f, name, str(wrong), False, f"{given} where {asked} is asked", structure=asked)

    def small_term(self) -> Claim:
        f, wrt = self.function()
        term = {"t": "t^3", "x": "x.*x", "X": "X*X"}[wrt]
        size = self.any(["1e-6", "1e-7", "1e-9"])
        return Claim(f, wrt, f"{self.derivative(f, wrt)} + {size}*{term}", False, "a small term")

    def hessian_wrongly(self) -> Claim:
        f, wrt = self.any([(self.any(SMOOTH), "t"), (self.any(VECTOR[:-2]), "x")])
        g = self.derivative(f, wrt, "hessian")
        one = {"t": "1", "x": "ones(n, n)"}[wrt]
        form = self.any(
            ["{0}*2 + {3}", "{0} + relu({1} - {2})*{3}", "where({1} > {2}, {0} + {3}, {0})", "{0} - 1e-6*{3}"]
        )
        return Claim(f, wrt, form.format(g, self.size(wrt), self.threshold(), one), False, "hessian", "hessian")


COMPLEX = [  # f, variable, the derivative, what is right for imaginary parts above 0
    ("z^2", "z", "2*z", "2*(real(z) + i*abs(imag(z)))"),
    ("abs(imag(z))*t", "t", "abs(imag(z))", "imag(z)"),
    ("arg(z)*t", "t", "arg(z)", "abs(arg(z))"),
    ("t^2*imag(z)", "t", "2*t*imag(z)", "2*t*abs(imag(z))"),
    ("exp(z)*t", "t", "exp(z)", "exp(conj(z))*exp(2*i*abs(imag(z)))"),
    ("real(i*z*t)", "t", "-imag(z)", "-abs(imag(z))"),
    ("real(z)*t^3", "t", "3*t^2*real(z)", "3*t^2*abs(real(z))"),
    ("log(z)", "z", "1/z", "conj(z)/(z*where(imag(z) > 0, conj(z), z))"),
    ("z^3", "z", "3*z^2", "3*z*(real(z) + i*sqrt(imag(z)^2))"),
]
