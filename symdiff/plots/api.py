"""`sd.plot`: curves with tangents and derivatives, functions of two variables with their gradients."""

from __future__ import annotations

from typing import Any

from symdiff.errors import SymdiffError
from symdiff.inputs import Declarations, problem
from symdiff.plots.figure import Plot, chart_figure, require_matplotlib, surface_figure
from symdiff.plots.scene import Scene, numbers_in, scene_of
from symdiff.points import Values


def plot(
    f: Any,
    at: Any = None,
    range: Any = None,
    derivatives: int = 0,
    numeric: bool = False,
    descent: Any = None,
    rate: float | None = None,
    where: Values = None,
    declarations: Declarations = None,
    **keywords: Any,
) -> Plot:
    """A plot of f, an expression or a text, or of a list of them: of one variable curves, of two contours.

    Curves have tangents `at` the points given and as many `derivatives` as are asked for, with `numeric` by difference
    quotients of f alone. A function of two variables, or of a `vector(2)`, has its gradient field, and where `descent`
    gives a point the way of gradient descent from it, with steps of the `rate` or as a line search finds them.
    `range` is `(-2, 3)`, a mapping, or text, `"x = -2..3, y = 0..1"`; `where` gives other names their values.
    Raises SymdiffError for what is no number, of more than two variables, or has no tangent there; MissingExtra without
    matplotlib.

    >>> plot("3x^2 - 4x", at=1).save("tangent.png")
    >>> plot("x^2 + 3y^2", descent=(2, 1)).surface.path.ended
    'arrived'
    """
    require_matplotlib()
    fs = list(f) if isinstance(f, (list, tuple)) else [f]
    scene = scene_of(fs, where, range, declarations, keywords, problem)
    return drawn(scene, at, derivatives, numeric, descent, rate)


def drawn(scene: Scene, at: Any, derivatives: int, numeric: bool, descent: Any, rate: float | None) -> Plot:
    """The plot of a scene."""
    points = [] if at is None else numbers_in(at, scene)
    if scene.plane:
        from symdiff.plots.surface import surface_of

        if derivatives or numeric:
            raise SymdiffError("derivatives are plotted of functions of one variable; of two, the gradient field is")
        surface = surface_of(scene, points, [] if descent is None else numbers_in(descent, scene), rate)
        return Plot(surface_figure(scene, surface), surface=surface)
    from symdiff.plots.curves import chart_of

    if descent is not None or rate is not None:
        raise SymdiffError("a descent is plotted of a function of two variables", hint="of one, plot a tangent: at=…")
    chart = chart_of(scene, points, derivatives, numeric)
    return Plot(chart_figure(chart), chart.curves)
