"""Expressions in other people's notations, and back: JSON, SymPy, NumPy's source, functions for optimizers."""
