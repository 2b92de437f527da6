"""Checks of derivatives by three oracles: small steps, duality, sympy on components."""

from symdiff.oracles.evidence import Counterexample, Evidence
from symdiff.oracles.lists import check_each, together
from symdiff.oracles.verdict import Verdict, check

__all__ = ["Counterexample", "Evidence", "Verdict", "check", "check_each", "together"]
