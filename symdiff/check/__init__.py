"""Checks of derivatives by three oracles: small steps, duality, sympy on components."""

from symdiff.check.evidence import Counterexample, Evidence
from symdiff.check.verdict import Verdict, check

__all__ = ["Counterexample", "Evidence", "Verdict", "check"]
