"""Text to Tree to Expr: `parser` reads, `elaborate` gives meaning; declaring needs neither the parser nor NumPy."""
