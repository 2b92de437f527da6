"""Plots: what is drawn is the function, broken where it has no value; files whole; what can't be drawn is said."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.cli import main
from symdiff.inputs import read_problem
from symdiff.plots.curves import Curve, chart_of
from symdiff.plots.ranges import worth_seeing
from symdiff.plots.sampling import sampled
from symdiff.plots.scene import numbers_in, scene_of

pytest.importorskip("matplotlib")


def curves(fs: Any, at: Any = None, derivatives: int = 0, numeric: bool = False, **keywords: Any) -> tuple[Curve, ...]:
    """The curves of a plot that nobody draws."""
    options = {name: keywords.pop(name, None) for name in ("where", "range", "declarations")}
    scene = scene_of(fs if isinstance(fs, list) else [fs], *options.values(), keywords, read_problem)
    return chart_of(scene, [] if at is None else numbers_in(at, scene), derivatives, numeric).curves


def joined(curve: Any) -> np.ndarray:
    """The pairs of points that a line joins: x, x, y, y."""
    x, y = np.asarray(curve.x), np.asarray(curve.y)
    both = np.isfinite(y[:-1]) & np.isfinite(y[1:])
    return np.stack([x[:-1][both], x[1:][both], y[:-1][both], y[1:][both]])


FUNCTIONS = {  # and where it is broken
    "1/x": [0], "1/(x - 0.123)^2": [0.123], "tan(x)": [-np.pi / 2, np.pi / 2],
    "floor(x)": [-2, -1, 0, 1, 2],
    "sign(x - 0.3)": [0.3], "where(x < 0.7, x, x + 1)": [0.7], "x^3 - 1/x": [0],
    "1/(x^2 - 1)": [-1, 1],
    "cbrt(x)": [], "tanh(300*(x - 0.1))": [], "abs(x)": [], "exp(x)": [], "sin(9x)": [], "x^5": [],
    "gamma(x)": [-2, -1, 0],
    "log(abs(x))": [], "inv([x, 1; 1, 1])[0, 0]": [1], "sqrt(abs(x))": [], "atan(1/x)": [0],
    "exp(1/(x - 0.05))": [0.05],
}  # fmt: skip


@pytest.mark.parametrize("text", FUNCTIONS)
def test_curves_are_broken_where_functions_are(text: str) -> None:
    """Joined points are those of the function, and no line runs across a break; elsewhere nothing is broken."""
    (curve,) = curves(text, range=(-2.9, 2.9))
    f = sd.parse(text, "x: scalar")
    x0, x1, y0, _ = joined(curve)
    some = slice(None, None, 37)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose([f(x=x) for x in x0[some]], y0[some], rtol=1e-9, atol=1e-12)
    for place in FUNCTIONS[text]:
        assert not np.any((x0 < place - 1e-9) & (x1 > place + 1e-9)), f"joined across {place}"
    breaks = np.asarray(curve.x)[~np.isfinite(curve.y)]
    for b in breaks if text != "log(abs(x))" else ():
        assert np.min(np.abs(np.subtract(FUNCTIONS[text], b)), initial=9) < 2e-3
    if not FUNCTIONS[text]:
        assert np.max(np.abs(x1 - x0)) < 0.03


DOMAINS = {"sqrt(x)": (0, np.inf), "log(x - 1)": (1, np.inf), "asin(x)": (-1, 1), "sqrt(x^2 - 1)": None}


@pytest.mark.parametrize(("text", "domain"), DOMAINS.items())
def test_curves_reach_the_edges_of_their_domain(text: str, domain: Any) -> None:
    (curve,) = curves(text, range="x = -3..3")
    known = np.asarray(curve.x)[np.isfinite(curve.y)]
    if domain is not None:
        assert domain[0] - 1e-9 <= known.min() <= domain[0] + 1e-6 and known.max() <= domain[1]
    else:
        assert np.min(np.abs(known)) > 1 - 1e-9 and np.min(np.abs(np.abs(known) - 1)) < 1e-6


TANGENTS = {
    ("3x^2 - 4x", "1"): (2, -3, "$y = 2 x - 3$"),
    ("x^3 - 1/x", "x = 1"): (4, -4, "$y = 4 x - 4$"),
    ("sin x", "pi/4"): (0.7071, 0.1517, None), ("exp(x)", "0"): (1, 1, "$y = x + 1$"), ("5", "2"): (0, 5, "$y = 5$"),
    ("y = x^2/3", "1/2"): (1 / 3, -1 / 12, r"$y = \dfrac{x}{3} - \dfrac{1}{12}$"),
    ("abs(t)", "-2"): (-1, 0, "$y = -t$"),
    ("relu(x)^2", "0"): (0, 0, "$y = 0$"), ("x^(3/2)", "0"): (0, 0, "$y = 0$"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "at"), TANGENTS)
def test_tangents(text: str, at: str) -> None:
    slope, start, label = TANGENTS[text, at]
    function, tangent = curves(text, at=at)
    assert (function.kind, tangent.kind) == ("function", "tangent")
    np.testing.assert_allclose(tangent.y, slope * np.asarray(tangent.x) + start, atol=2e-3)
    assert label is None or tangent.label == label


def test_legends_are_mathematics() -> None:
    labels = [curve.label for curve in curves("f(x) = x^3 - 3x", derivatives=2)]
    assert labels == ["$f(x) = x^3 - 3 x$", "$f{′}(x) = 3 x^2 - 3$", "$f{″}(x) = 6 x$"]
    assert [curve.label for curve in curves(["sin x", "cos x"])] == [r"$\sin x$", r"$\cos x$"]
    assert [curve.label for curve in curves("y = 2x")] == ["$y = 2 x$"]
    long = "+".join(f"sin({k}x)/{k}" for k in range(1, 12))
    assert [curve.label for curve in curves(long)] == ["$f(x)$"]


def test_difference_quotients_know_no_derivative() -> None:
    """d2l: f = sin x and its derivative, plotted without cos."""
    _, quotient = curves("sin x", derivatives=1, numeric=True, range=(-3, 3))
    assert "approx" in quotient.label and quotient.kind == "derivative"
    np.testing.assert_allclose(quotient.y, np.cos(quotient.x), atol=1e-4)
    tangent = curves("sin x", at=0, numeric=True)[1]
    np.testing.assert_allclose(tangent.y, tangent.x, atol=1e-6)


def test_ranges_are_sensible() -> None:
    assert worth_seeing([np.sin], []) == (-7.0, 7.0)
    low, high = worth_seeing([lambda x: 3 * x**2 - 4 * x], [1.0])
    assert -2 <= low <= -0.5 and 1.5 <= high <= 3.5
    low, high = worth_seeing([lambda x: np.where(x < 0, np.nan, np.abs(x) ** 0.5)], [4.0])
    assert -1 < low < 0 and 4 < high < 12
    low, high = worth_seeing([lambda x: x**2], [500.0])
    assert low > 100 and high < 1000
    assert sampled(np.exp, -3, 3)[2:] == (np.exp(-3), np.exp(3))
    assert sampled(lambda x: 1 / (x - 0.01), -3, 3).high < 6
    axes = sd.plot("1/x").axes[0]
    assert -20 < axes.get_ylim()[0] < axes.get_ylim()[1] < 20
    assert sd.plot("x^2", range="x = -pi..pi, y = -1..4").figure.axes[0].get_ylim() == (-1, 4)


def test_names_have_values_by_where() -> None:
    (curve,) = curves("a*t^2 + b'*b", where={"a": 2, "b": [1, 2]}, range={"t": (0, 1)})
    np.testing.assert_allclose(curve.y, 2 * np.asarray(curve.x) ** 2 + 5)
    (inside,) = curves("a*x^2 where a = 2", range=(0, 1))
    np.testing.assert_allclose(inside.y, 2 * np.asarray(inside.x) ** 2)
    (dots,) = curves("k^2", declarations="k: integer", range=(-1.5, 3.2))
    assert (dots.kind, dots.x.tolist(), dots.y.tolist()) == ("points", [-1, 0, 1, 2, 3], [1, 0, 1, 4, 9])
    (positive,) = curves("log(p)", declarations="p: positive")
    assert np.nanmin(positive.x[np.isfinite(positive.y)]) > 0


@pytest.mark.parametrize(("text", "start", "end"), [
    ("x^2 + 3y^2 + x*y", "2, 1", (0, 0)), ("(1 - x)^2 + 5*(y - x^2)^2", (-1, 1.5), (1, 1)),
    ("x - log(x) + y - log(y)", [3, 0.2], (1, 1)), ("exp(x + y) + x^2 + y^2", {"x": 1, "y": -1}, None),
])  # fmt: skip
def test_descents_arrive(text: str, start: Any, end: Any) -> None:
    surface = sd.plot(text, descent=start).surface
    assert surface is not None and surface.path is not None and surface.path.ended == "arrived"
    f = sd.parse(text)
    slope = [sd.grad(f, v)(x=surface.path.points[-1][0], y=surface.path.points[-1][1]) for v in ("x", "y")]
    assert np.hypot(*slope) < 1e-4
    assert end is None or np.allclose(surface.path.points[-1], end, atol=1e-4)
    heights = [f(x=x, y=y) for x, y in surface.path.points]
    assert np.all(np.diff(heights) <= 0)


def test_the_plane() -> None:
    """Heights and gradients are those of the function; steps of a rate are those of the rate."""
    plot = sd.plot("x'*A*x", where="A = [2, 0; 0, 1]", declarations="x: vector(2)", at=(1, 1), descent=(1, 2), rate=0.1)
    s = plot.surface
    assert s is not None and s.path is not None
    grid = np.stack(np.meshgrid(s.x, s.y), axis=-1)
    np.testing.assert_allclose(s.z, 2 * grid[..., 0] ** 2 + grid[..., 1] ** 2)
    np.testing.assert_allclose(s.arrows[:, 2:], s.arrows[:, :2] * [4, 2])
    np.testing.assert_allclose(s.points, [[1, 1, 4, 2]])
    np.testing.assert_allclose(s.path.points[1], [1 - 0.4, 2 - 0.4])
    away = sd.plot("x^2 - y^2", descent=(0.1, 0.1), rate=0.1).surface
    assert away is not None and away.path is not None and away.path.ended == "left" and np.max(np.abs(away.y)) < 10
    assert np.isfinite(sd.plot("log(x*y) + sqrt(x)").surface.z).mean() > 0.2


BAD = [  # a file is given where none is named
    (["x^2"], 2, "written to a file"),
    (["x^2", "-o", "a.gif"], 2, ".png, .svg, .pdf"),
    (["A*x"], 2, "a vector(m)"),
    (["a*x^2 + b*z"], 2, "one or two variables"),
    (["x'*x"], 2, "x: vector(2)"),
    (["abs(x)", "--at", "0"], 2, "no derivative at x = 0"),
    (["log(x)", "--at", "-1"], 2, "no value"),
    (["sqrt(x)", "--at", "0"], 2, "no tangent"),
    (["where(x < 1, x, 2)", "--at", "1"], 2, "no derivative"),
    (["sqrt(-1 - x^2)"], 2, "no real values"),
    (["x^2", "--range", "x = 3..1"], 2, "to a larger one"),
    (["x^2", "--range", "z = 1..3"], 2, "no variable of this plot"),
    (["x^2", "--range", "3"], 2, "name = from..to"),
    (["x^2", "--descent", "1"], 2, "two variables"),
    (["x*y", "--descent", "1"], 2, "two numbers"),
    (["x*y", "--derivatives", "1"], 2, "one variable"),
    (["f(x)", "--let", "f: function"], 3, "only a name"),
    (["x^2", "--at", "y"], 2, "made of numbers"),
    (["x^2", "--at", "x = 1, y = 2"], 2, "gives x"),
    (["x > 0"], 2, "a statement"),
    (["x^2", "--derivatives", "9"], 2, "0 to 5"),
    (["x^2", "-o", "none/a.png"], 2, "not written"),
    (["x*y", "x"], 2, "one function"),
]


@pytest.mark.parametrize(("words", "code", "said"), BAD)
def test_what_is_not_drawn_is_said(
    words: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    named = "-o" in words or said == "written to a file"
    assert main(["plot", *words, *([] if named else ["-o", "a.png"])]) == code
    assert said in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_files_and_notebooks(tmp_path: Path) -> None:
    for name in ("p.png", "p.svg"):
        assert main(["plot", "3x^2 - 4x", "--at", "1", "-o", str(tmp_path / name)]) == 0
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    assert ElementTree.parse(tmp_path / "p.svg").getroot().tag.endswith("svg")
    plot = sd.plot("x^2 + y^2", descent="1, 1")
    assert plot._repr_png_().startswith(b"\x89PNG") and plot._repr_png_() == plot._repr_png_()


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(sd.MissingExtra, match="plots are drawn by matplotlib") as error:
        sd.plot("x^2")
    assert error.value.hint is not None and "[plot]" in error.value.hint


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"range": (1,)}, "two numbers"), ({"range": {"x": 3}}, "two numbers"), ({"range": (0, np.inf)}, "to a larger one"),
    ({"where": {"a": "b"}}, "made of numbers"), ({"where": {"a": None}}, "not NoneType"),
    ({"derivatives": "2"}, "not '2'"),
    ({"at": 1 + 2j}, "no real number"), ({"f": None}, "not NoneType"),
    ({"f": "i*x"}, "no real values"), ({"f": "x*y", "descent": (1, 2), "rate": -1}, "a positive number"),
    ({"f": []}, "nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "said"), WRONG)
def test_calls_that_are_wrong_say_so(options: dict[str, Any], said: str) -> None:
    with pytest.raises(sd.SymdiffError) as error:
        sd.plot(**{"f": "a*x^2", "where": "a = 2", **options})
    assert said in str(error.value)
