"""Checks of derivations that people write."""

from symdiff.verification.lines import verify
from symdiff.verification.report import Line, Mistake, Part, Report

__all__ = ["Line", "Mistake", "Part", "Report", "verify"]
