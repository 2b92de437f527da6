"""Values in finite fields that obey the laws of real functions: a proof of equality that no rounding can fool.

Entries of symbols are random; two expressions that differ as formulas have one value with a probability of about their
degree over 2^60. Nothing is ever refuted here: a law that the model lacks makes equal things differ.
"""

from symdiff.equality.models.identity import Found, same_in_models

__all__ = ["Found", "same_in_models"]
