"""What the NumPy backend has for the functions of the books: tables of source."""

from __future__ import annotations

# A function of the books as NumPy source, {0} {1} … its arguments; what has no entry here is printed by its
# book's kernel or def.
_SAME_NAME = "sin cos tan sinh cosh tanh exp exp2 expm1 log log2 log10 log1p sqrt cbrt sign floor ceil real imag conj"
ELEMENTWISE: dict[str, str] = {
    **{name: f"np.{name}({{0}})" for name in _SAME_NAME.split()},
    "asin": "np.arcsin({0})",
    "acos": "np.arccos({0})",
    "atan": "np.arctan({0})",
    "asinh": "np.arcsinh({0})",
    "acosh": "np.arccosh({0})",
    "atanh": "np.arctanh({0})",
    "atan2": "np.arctan2({0}, {1})",
    "hypot": "np.hypot({0}, {1})",
    "logaddexp": "np.logaddexp({0}, {1})",
    "plane": "np.add({0}, 0j)",
    "abs": "np.abs({0})",
    "arg": "np.angle({0} + 0.0)",
    "round": "np.rint({0})",
    "max": "np.maximum({0}, {1})",
    "min": "np.minimum({0}, {1})",
    "mod": "np.mod({0}, {1})",
    "clip": "np.clip({0}, {1}, {2})",
    "heaviside": "np.heaviside({0}, 0.5)",
    "relu": "np.maximum({0}, 0.0)",
    "softplus": "np.logaddexp(0.0, {0})",
    "logsigmoid": "-np.logaddexp(0.0, -{0})",
    "sigmoid": "kernels.sigmoid({0})",
    "sech": "kernels.sech({0})",
    "erf": "kernels.erf({0})",
    "erfc": "kernels.erfc({0})",
    "erfcx": "kernels.erfcx({0})",
    "gamma": "kernels.gamma({0})",
    "lgamma": "kernels.lgamma({0})",
    "digamma": "kernels.digamma({0})",
    "digamma_rise": "kernels.digamma_rise({0}, {1})",
    "polygamma": "kernels.polygamma({0}, {1})",
    "beta": "kernels.beta({0}, {1})",
    "normcdf": "kernels.normcdf({0})",
    "sinc": "kernels.sinc({0})",
    **{name: f"kernels.{name}({{0}}, {{1}})" for name in "besselj bessely besseli besselk sinc_d".split()},
}

# Functions of whole arrays; {axis} is the keyword of that name as source, with its comma, or nothing.
STRUCTURED: dict[str, str] = {
    "inv": "np.linalg.inv({0})",
    "tril": "np.tril({0})",
    "triu": "np.triu({0})",
    "svdvals": "np.linalg.svd({0}, compute_uv=False)",
    "norm_nuc": 'np.linalg.norm({0}, "nuc")',
    "norm_spec": "np.linalg.norm({0}, 2)",
    "det": "np.linalg.det({0})",
    "logdet": "kernels.logdet({0})",
    "adj": "kernels.adjugate({0})",
    "cross": "np.cross({0}, {1})",
    "conv": "np.convolve({0}, {1})",
    "correlate": "kernels.correlate({0}, {1})",
    "vech": "kernels.vech({0})",
    **{name: f"kernels.{name}({{0}})" for name in ("duplication", "elimination")},
    "conv_tensor": "kernels.conv_tensor({0}, {1})",
    "conv_matrix": "kernels.conv_matrix({0}, {1})",
    "pinv": "np.linalg.pinv({0})",
    "norm": "kernels.norm({0}, {1}{axis})",
    "prod_others": "kernels.prod_others({0}{axis})",
    "recurrence": "kernels.recurrence({0}, {1}{axis})",
    "recurrence_back": "kernels.recurrence_back({0}, {1}{axis})",
    "logsumexp": "kernels.logsumexp({0}{axis})",
    "softmax": "kernels.softmax({0}{axis})",
    "log_softmax": "kernels.log_softmax({0}{axis})",
    "var": "np.var({0}{axis})",
    "std": "np.std({0}{axis})",
}

# Functions of whole arrays whose source takes stacks of matrices, too: all axes but the last ones run along.
STACKS = frozenset(
    "inv det logdet adj pinv tril triu tril_half cross svdvals cholesky eigvals eigvecs polar svd_left "
    "svd_right".split()
)

# Kernels with the name and the arguments of the book.
MATRIX_FUNCTIONS = frozenset(
    "adj_d expm expm_frechet logm logm_frechet lyap matpow matpow_d sqrtm sylvester "
    "cholesky eigvals eigvecs invgaps polar svd_left svd_right tril_half".split()
)

COMPLEX = (
    "sin cos tan sinh cosh tanh exp exp2 expm1 log log2 log10 log1p sqrt asin acos atan asinh acosh atanh "
    "plane prod_others recurrence recurrence_back sigmoid abs real imag conj arg inv det logdet adj adj_d matpow solve "
    "softmax tril triu tril_half expm expm_frechet logm logm_frechet sqrtm sylvester matpow_d cross"
)
# Of complex arguments: on the cut to the right of 1 the value from below, as the definitions by logarithms have it
# (NumPy's depends on the sign of a zero imaginary part there).
OF_COMPLEX = {name: f"kernels.below_cut({ELEMENTWISE[name][:-5]}, {{0}})" for name in ("asin", "acos", "atanh")}
