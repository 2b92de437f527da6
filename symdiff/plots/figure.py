"""Plots as figures of matplotlib, and as files."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from symdiff.errors import MissingExtra, SymdiffError
from symdiff.expr import Expr
from symdiff.files import Path, suffix, write_whole
from symdiff.notation import to_tree
from symdiff.plots.curves import Chart, Curve
from symdiff.plots.labels import applied, defined, label_width, mathematics
from symdiff.plots.scene import Scene
from symdiff.plots.surface import Surface

_STYLE = {
    "mathtext.fontset": "stix", "font.family": "STIXGeneral", "font.size": 12, "axes.unicode_minus": True,
    "svg.fonttype": "path", "svg.hashsalt": "symdiff", "axes.spines.top": False, "axes.spines.right": False,
}  # fmt: skip
_COLOURS = ("#1f5fa8", "#c2410c", "#15803d", "#7e22ce", "#b45309", "#0f766e", "#9f1239", "#4b5563")
_TANGENTS = ("#c2410c", "#15803d", "#7e22ce", "#b45309")
_ABOVE: dict[str, Any] = {"loc": "lower left", "frameon": False, "borderaxespad": 0.0}
_WIDTH = 420.0  # points of a line of a legend
_ENDS = (".png", ".svg", ".pdf")
_RESOLUTION = 160


class Plot:
    """A plot: `figure` is matplotlib's, `curves` the lines of functions of one variable, `surface` what is seen of one
    of two. A notebook shows it; `save` writes .png, .svg or .pdf; all else is asked of the figure.
    """

    def __init__(self, figure: Any, curves: Sequence[Curve] = (), surface: Surface | None = None) -> None:
        self.figure = figure
        self.curves = tuple(curves)
        self.surface = surface

    def save(self, path: Path) -> None:
        """Write a file, whole or not at all, as the end of its name says."""
        require_end(path)
        write_whole(path, self._drawn(suffix(path)[1:]))

    def _drawn(self, form: str) -> bytes:
        from matplotlib import rc_context

        told = {"svg": {"Date": None, "Creator": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}[form]
        out = io.BytesIO()
        with rc_context(_STYLE):
            if self.figure.get_layout_engine() is not None:  # it would move things a little each time
                self.figure.draw_without_rendering()
                self.figure.set_layout_engine("none")
            self.figure.savefig(out, format=form, dpi=_RESOLUTION, metadata=told)
        return out.getvalue()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "figure":
            raise AttributeError(name)
        return getattr(self.figure, name)

    def _repr_png_(self) -> bytes:
        return self._drawn("png")

    def __repr__(self) -> str:
        told = "; ".join(curve.label for curve in self.curves) or "of two variables"
        return f"<plot: {told}>"


def require_end(path: Path) -> None:
    """SymdiffError for a name of a file that no plot is written to."""
    if suffix(path) not in _ENDS:
        raise SymdiffError(f"a plot is not written to {str(path)[:80]!r}", hint=f"the name ends in {', '.join(_ENDS)}")


def require_matplotlib() -> None:
    """MissingExtra where matplotlib is not installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtra("plots are drawn by matplotlib, which is not installed", "plot") from error


def _figure(draw: Callable[[Any, Any], None]) -> Any:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(6.4, 4.4), layout="constrained")
        draw(figure, figure.add_subplot())
        return figure


def chart_figure(chart: Chart) -> Any:
    """Curves with a legend."""

    def draw(_: Any, axes: Any) -> None:
        (low, high), functions = chart.heights, iter(_COLOURS * 8)
        far = 100 * (high - low)  # above the picture; what is much higher is beyond what matplotlib reckons with
        tangents = iter(_TANGENTS * 8)
        for curve in chart.curves:
            tangent = curve.kind == "tangent"
            colour = next(tangents) if tangent else next(functions)
            style: dict[str, Any] = {"linewidth": 1.4, "linestyle": "--"} if tangent else {"linewidth": 2, "zorder": 3}
            style = {"marker": "o", "linestyle": "", "zorder": 3} if curve.kind == "points" else style
            axes.plot(curve.x, np.clip(curve.y, low - far, high + far), color=colour, label=curve.label, **style)
        for x, y in chart.points:
            axes.plot([x], [y], "o", color="#1a1a1a", markersize=5, zorder=4)
        axes.set_xlim(*chart.span)
        axes.set_ylim(*chart.heights)
        axes.grid(color="#e3e6ea", linewidth=0.8)
        axes.set_axisbelow(True)
        for line, span in ((axes.axhline, chart.heights), (axes.axvline, chart.span)):
            if span[0] < 0 < span[1]:
                line(0, color="#8b94a0", linewidth=0.9, zorder=1)
        axes.set_xlabel(chart_label(chart.variable))
        widths = [label_width(curve.label) + 48 for curve in chart.curves]
        columns = max(1, min(len(widths), int(_WIDTH // max(widths)))) if sum(widths) > _WIDTH else len(widths)
        large = not 1e-4 < max(map(abs, chart.heights)) < 1e5  # a power of ten stands above the axis
        axes.legend(**_ABOVE, bbox_to_anchor=(0, 1.07 if large else 1.01), ncols=columns)

    return _figure(draw)


def chart_label(name: str) -> str:
    from symdiff.algebra import symbol

    return mathematics(to_tree(symbol(name)), symbol(name))


def surface_figure(scene: Scene, surface: Surface) -> Any:
    """Lines of equal height with the gradient field, points, and the path of a descent."""
    (f,) = scene.formulas
    names = _axes(scene.variables)

    def draw(figure: Any, axes: Any) -> None:
        z = np.ma.masked_invalid(surface.z)
        extend = _extend(z, surface.levels)
        filled = axes.contourf(
            surface.x, surface.y, z, levels=surface.levels, cmap="Blues_r", alpha=0.85, extend=extend
        )
        axes.contour(surface.x, surface.y, z, levels=surface.levels, colors="#34506e", linewidths=0.6)
        figure.colorbar(filled, ax=axes, format=partial(_tick, 1e-3 * np.ptp(surface.levels)))
        if len(surface.arrows):
            x, y, u, v = surface.arrows.T
            length = np.hypot(u, v)
            size = np.sqrt(length / (np.max(length) or 1.0)) / np.where(length > 0, length, 1.0)
            axes.quiver(x, y, u * size, v * size, color="#1a1a1a", alpha=0.55, width=0.0028, pivot="mid", scale=26)
            axes.plot([], [], color="#1a1a1a", alpha=0.7, linestyle="", marker=r"$\longrightarrow$", markersize=20,
                      label=rf"$\nabla {f.name}$")  # fmt: skip
        for x, y, u, v in surface.points:
            axes.plot([x], [y], "o", color="#b3261e", markersize=6)
            axes.annotate("", (x + u * _reach(surface, u, v), y + v * _reach(surface, u, v)), (x, y),
                          arrowprops={"color": "#b3261e", "width": 1.2, "headwidth": 7, "headlength": 8})  # fmt: skip
            axes.plot([], [], "o", color="#b3261e", label=rf"$\nabla {f.name}({x:.4g}, {y:.4g}) = ({u:.4g}, {v:.4g})$")
        if surface.path is not None:
            _draw_path(axes, surface.path.points, surface.path.ended)
        axes.set_xlim(surface.x[0], surface.x[-1])
        axes.set_ylim(surface.y[0], surface.y[-1])
        if 0.3 < np.ptp(surface.y) / np.ptp(surface.x) < 2:
            axes.set_aspect("equal")  # gradients stand at right angles to lines of equal height
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1], rotation=0, labelpad=12)
        axes.set_title(defined(applied(f.name, scene.variables), f.e), fontsize=13)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3, frameon=False)

    return _figure(draw)


def _axes(variables: Sequence[Expr]) -> list[str]:
    if len(variables) == 2:
        return [mathematics(to_tree(x), x) for x in variables]
    (x,) = variables
    return [mathematics(to_tree(x[k]), x) for k in range(2)]


def _extend(z: Any, levels: Any) -> str:
    low, high = z.min() < levels[0], z.max() > levels[-1]
    return "both" if low and high else "min" if low else "max" if high else "neither"


def _tick(smallest: float, value: float, _: Any) -> str:
    """A height in three digits, a large one in full."""
    return "0" if abs(value) < smallest else f"{float(f'{value:.3g}'):g}".replace("-", "−")


def _reach(surface: Surface, u: float, v: float) -> float:
    """How far an arrow goes for a gradient: a seventh of the picture at most."""
    widths = surface.x[-1] - surface.x[0], surface.y[-1] - surface.y[0]
    return float(min(widths) / 7 / (np.hypot(u, v) or 1.0))


def _draw_path(axes: Any, points: Any, ended: str) -> None:
    steps = len(points) - 1
    x, y = (float(f"{c:.3g}") if abs(c) > 1e-4 else 0.0 for c in points[-1])
    ends = {"arrived": f"to ({x:g}, {y:g})", "stopped": f"on to ({x:g}, {y:g})", "left": "and away"}[ended]
    axes.plot(*points.T, "-", color="#d1480f", linewidth=1.6, marker="o", markersize=3.2,
              label=f"descent: {steps} steps {ends}".replace("-", "−"))  # fmt: skip
    axes.plot(*points[0], "s", color="#d1480f", markersize=7)
    if ended == "arrived":
        axes.plot(*points[-1], "*", color="#d1480f", markersize=13)
