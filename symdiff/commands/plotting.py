"""`symdiff plot FORMULA … -o FILE`: curves with tangents and derivatives; contours with gradients and a descent."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from symdiff.answer import noted
from symdiff.commands.arguments import Parser, parsed
from symdiff.inputs import read_problem
from symdiff.plots.api import drawn
from symdiff.plots.figure import require_end, require_matplotlib
from symdiff.plots.scene import scene_of
from symdiff.streams import GOOD, INPUT, complain

_VALUES = ("--at", "--range", "--derivatives", "--descent", "--rate", "--where", "--let", "-o", "--output")


def run(argv: Sequence[str]) -> int:
    """Draw formulas and write the picture."""
    parser = Parser("symdiff plot", __doc__)
    add = parser.add_argument
    add("formulas", nargs="+", metavar="FORMULA", help='"3x^2 - 4x", "f(x) = sin x"; several on one plot')
    add("-o", "--output", metavar="FILE", help="the picture: .png .svg .pdf")
    add("--at", metavar="POINTS", help='where tangents touch: 1, or "0, pi/2"; of the plane "1, 2"')
    add("--range", action="append", default=[], metavar="TEXT", help='"x = -2..3, y = 0..1" (y: also the heights)')
    add("--derivatives", type=int, default=0, metavar="N", help="so many derivatives, too")
    add("--numeric", action="store_true", help="derivatives by difference quotients of the function")
    add("--descent", metavar="POINT", help='gradient descent from here: "1, 2"')
    add("--rate", type=float, metavar="NUMBER", help="its step, in gradients (by a line search)")
    add("--where", metavar="TEXT", help='values of other names: "a = 2; A = [1, 0; 0, 1]"')
    add("--let", action="append", default=[], metavar="TEXT", help='declarations: "x: vector(2)"')
    add("--strict", action="store_true", help="refuse names that are not declared")
    options = parsed(parser, argv[1:], _VALUES)
    if isinstance(options, int):
        return options
    if options.output is None:
        parser.print_usage(sys.stderr)
        complain("error: a plot is written to a file\nhint: -o plot.png")
        return INPUT
    require_end(options.output)
    require_matplotlib()
    read = partial(read_problem, strict=options.strict)
    ranges = ", ".join(options.range) or None
    scene = scene_of(options.formulas, options.where, ranges, "\n".join(options.let), {}, read)
    for note in noted(scene.problem.assumptions, scene.problem.notices):
        complain(note)
    picture = drawn(scene, options.at, options.derivatives, options.numeric, options.descent, options.rate)
    picture.save(options.output)
    return GOOD
