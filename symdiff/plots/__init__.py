"""Plots, drawn by matplotlib: curves with tangents and derivatives; contours with gradients and descents."""

from symdiff.plots.api import plot
from symdiff.plots.figure import Plot

__all__ = ["Plot", "plot"]
