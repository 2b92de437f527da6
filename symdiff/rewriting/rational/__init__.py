"""Scalars as quotients of polynomials in kernels: the normal form, and the forms it is written in."""
