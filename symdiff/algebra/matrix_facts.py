"""Matrix facts of products, sums, functions and Kronecker products: what structure the parts pass on.

Sources: Horn & Johnson, Matrix Analysis, ch. 0, 2, 4 and 7 (congruence, the Schur product theorem, reflections).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import reduce

from symdiff.algebra.fact import Fact, close, known
from symdiff.algebra.leaves import ONE
from symdiff.algebra.views import contraction
from symdiff.expr import Expr, make

Labels = tuple[int, ...]
Link = tuple[Expr, bool]  # a matrix in a chain, and whether it stands there transposed

_TRIANGULAR = Fact.LOWER | Fact.UPPER
_SPACES = Fact.SYMMETRIC | Fact.SKEW | _TRIANGULAR | Fact.DIAGONAL  # closed under sums and multiples
_TRANSPOSED = {Fact.LOWER: Fact.UPPER, Fact.UPPER: Fact.LOWER}
_FEW = 64  # terms of a sum, and
_SHORT = 24  # factors of a product, that are compared with their transposes


def turned(found: Fact) -> Fact:
    """The facts of the transpose."""
    swapped = reduce(Fact.__or__, (b for a, b in _TRANSPOSED.items() if a in found), Fact.NONE)
    return close((found & ~_TRIANGULAR) | swapped)


def _shared(parts: Iterable[Fact]) -> Fact:
    return reduce(Fact.__and__, parts)


# Products


def of_product(e: Expr) -> Fact:
    """The matrix facts of an einsum, and the sign of a trace, a diagonal or a quadratic form."""
    operands, labels, out = e.args[1:], e.attr[:-1], e.attr[-1]
    front = known(e.args[0])
    if len(out) == 2 and e.shape[0] == e.shape[1]:
        return _of_square(e, front, list(zip(operands, labels, strict=True)), out)
    return _sign_of_form(front, operands, labels, out)


def _sign_of_form(front: Fact, operands: Sequence[Expr], labels: Sequence[Labels], out: Labels) -> Fact:
    """x'Sx, tr(S) and diag(S) of a positive semidefinite S."""
    forms = [k for k, own in enumerate(labels) if len(own) == 2]
    if len(forms) != 1 or Fact.NONNEGATIVE not in front:
        return Fact.NONE
    (place,) = forms
    inner, own = known(operands[place]), labels[place]
    if len(operands) == 1 and own[0] == own[1]:
        definite = (Fact.SPD in inner or _is_cholesky(operands[place])) and Fact.POSITIVE in front
        return Fact.POSITIVE if definite else Fact.NONNEGATIVE if Fact.PSD in inner else Fact.NONE
    if out or len(operands) != 3 or Fact.PSD not in inner:
        return Fact.NONE
    (a, p), (b, q) = ((operands[k], labels[k]) for k in range(3) if k != place)
    quadratic = a is b and p != q and set(p + q) == set(own) and Fact.REAL in known(a)
    return Fact.NONNEGATIVE if quadratic else Fact.NONE


def _is_cholesky(e: Expr) -> bool:
    return e.op == "call" and e.attr[0] == "cholesky"


def _of_square(e: Expr, front: Fact, factors: list[tuple[Expr, Labels]], out: Labels) -> Fact:
    matrices = [(o, own) for o, own in factors if len(own) == 2]
    vectors = [(o, own) for o, own in factors if len(own) == 1]
    found = Fact.NONE
    if any(_is_eye(o) for o, _ in matrices):
        return _diagonal_of(e, front, [o for o, _ in factors if not _is_eye(o)])
    if len(matrices) + len(vectors) == len(factors):
        scalings = [(o, own[0]) for o, own in vectors if own[0] in out]
        weights = [(o, own[0]) for o, own in vectors if own[0] not in out]
        if matrices and all(set(own) == set(out) for _, own in matrices):
            found = _hadamard(front, matrices, scalings, out) if not weights else Fact.NONE
        elif matrices:
            chain = chain_of(matrices, out)
            found = _of_chain(e.args[0], chain, scalings, weights, out) if chain else Fact.NONE
        elif not weights and _balanced(scalings, out) and Fact.NONNEGATIVE in front:
            found = Fact.PSD if all(Fact.REAL in known(o) for o, _ in scalings) else Fact.NONE
    if found & (Fact.SYMMETRIC | Fact.PSD | Fact.SKEW):
        return found
    return found | by_transpose(e)


def _is_eye(e: Expr) -> bool:
    return e.op == "constant" and e.attr == "eye"


def _diagonal_of(e: Expr, front: Fact, rest: list[Expr]) -> Fact:
    """diag(v) and c·I."""
    parts = [front, *map(known, rest)]
    found = Fact.DIAGONAL
    if all(Fact.POSITIVE in part for part in parts):
        return found | Fact.SPD
    if all(Fact.NONNEGATIVE in part for part in parts):
        found |= Fact.PSD
    summed = any(label not in e.attr[-1] for own in e.attr[:-1] for label in own)
    if not summed and all(Fact.NONZERO in part for part in parts):
        found |= Fact.INVERTIBLE
    if not rest and _is_sign(e.args[0]):
        found |= Fact.ORTHOGONAL
    return found


def _is_sign(e: Expr) -> bool:
    return e.op == "number" and e.attr in (1, -1)


def _balanced(scalings: Sequence[tuple[Expr, int]], out: Labels) -> bool:
    """Whether rows and columns are scaled by the same vectors."""
    rows, columns = (Counter(o for o, label in scalings if label == axis) for axis in out)
    return rows == columns


def _hadamard(
    front: Fact, matrices: Sequence[tuple[Expr, Labels]], scalings: list[tuple[Expr, int]], out: Labels
) -> Fact:
    """diag(u)*(A ⊙ B)*diag(v): of one matrix a multiple or the transpose."""
    parts = [known(o) if own == out else turned(known(o)) for o, own in matrices]
    found = reduce(Fact.__or__, parts) & (_TRIANGULAR | Fact.DIAGONAL)
    if not _balanced(scalings, out):
        return found
    if all(part & (Fact.SYMMETRIC | Fact.SKEW) for part in parts):
        found |= Fact.SKEW if sum(Fact.SKEW in part for part in parts) % 2 else Fact.SYMMETRIC
    vectors = [known(o) for o, _ in scalings]
    if all(Fact.PSD in part for part in parts) and all(Fact.REAL in v for v in vectors):
        if Fact.NONNEGATIVE in front:
            found |= Fact.PSD
        if Fact.POSITIVE in front and all(Fact.SPD in part for part in parts):
            found |= Fact.SPD if all(Fact.NONZERO in v for v in vectors) else Fact.NONE
    if len(matrices) == 1 and all(Fact.NONZERO in part for part in (front, *vectors)):
        found |= parts[0] & Fact.INVERTIBLE
    return found


def of_multiple(coefficient: Expr, inner: Fact) -> Fact:
    """c·X."""
    front = known(coefficient)
    found = inner & _SPACES
    if Fact.NONNEGATIVE in front:
        found |= inner & Fact.PSD
    if Fact.POSITIVE in front:
        found |= inner & Fact.SPD
    if Fact.NONZERO in front:
        found |= inner & Fact.INVERTIBLE
    if _is_sign(coefficient):
        found |= inner & Fact.ORTHOGONAL
    return found


def chain_of(matrices: Sequence[tuple[Expr, Labels]], out: Labels) -> list[Link] | None:
    """The matrices in the order of a product from the first axis of the result to the second; None if they are none."""
    left: list[tuple[Expr, Labels]] = list(matrices)
    here = out[0]
    chain: list[Link] = []
    while left:
        nexts = [factor for factor in left if here in factor[1]]
        if len(nexts) != 1 or nexts[0][1][0] == nexts[0][1][1]:
            return None
        operand, own = nexts[0]
        left.remove(nexts[0])
        chain.append((operand, own[0] != here))
        here = own[1] if own[0] == here else own[0]
    return chain if here == out[1] else None


def _of_chain(
    coefficient: Expr,
    chain: list[Link],
    scalings: list[tuple[Expr, int]],
    weights: list[tuple[Expr, int]],
    out: Labels,
) -> Fact:
    """diag(u)*A*…*Z*diag(v), with diagonal weights between two of the factors."""
    front = known(coefficient)
    parts = [turned(known(o)) if transposed else known(o) for o, transposed in chain]
    vectors = [known(o) for o, _ in (*scalings, *weights)]
    shared = _shared(parts)
    found = shared & (_TRIANGULAR | Fact.DIAGONAL)
    if all(Fact.NONZERO in part for part in (front, *vectors)):
        found |= shared & Fact.INVERTIBLE
    if not vectors and _is_sign(coefficient):
        found |= shared & Fact.ORTHOGONAL
    if _balanced(scalings, out):
        found |= _congruence(front, chain, vectors, weights)
    return found


def _congruence(front: Fact, chain: list[Link], vectors: list[Fact], weights: list[tuple[Expr, int]]) -> Fact:
    """P*S*P' is what S is of symmetric, skew, positive semidefinite; P*P' and P*diag(w)*P' with w ≥ 0 are the last."""
    half = len(chain) // 2
    if not all(_opposite(chain[k], chain[-1 - k]) for k in range(half)):
        return Fact.NONE
    if not all(Fact.REAL in known(o) for o, _ in chain[:half]) or not all(Fact.REAL in v for v in vectors):
        return Fact.NONE
    if len(chain) % 2:
        middle = known(chain[half][0]) if not weights else Fact.NONE
    elif weights and len(chain) > 2:
        return Fact.NONE
    else:
        middle = Fact.PSD if all(Fact.NONNEGATIVE in known(w) for w, _ in weights) else Fact.NONE
    if Fact.NONNEGATIVE not in front:
        middle &= ~Fact.PSD
    return middle & (Fact.SYMMETRIC | Fact.SKEW | Fact.PSD)


def _opposite(a: Link, b: Link) -> bool:
    return a[0] is b[0] and (a[1] != b[1] or Fact.SYMMETRIC in known(a[0]))


def by_transpose(e: Expr) -> Fact:
    """Symmetric or skew, where a square matrix equals its transpose or minus that up to the fingerprint."""
    from symdiff.algebra.fingerprint import fingerprint, opposite  # they ask for the facts of parts, never of e itself

    terms = e.args if e.op == "add" else (e,)
    if len(terms) > _FEW or any(t.op == "einsum" and len(contraction(t).operands) > _SHORT for t in terms):
        return Fact.NONE
    own = sorted(map(fingerprint, terms))
    transposes = [fingerprint(_transposed(term)) for term in terms]
    if own == sorted(transposes):
        return Fact.SYMMETRIC
    return Fact.SKEW if own == sorted(map(opposite, transposes)) else Fact.NONE


def _transposed(term: Expr) -> Expr:
    """The transpose, whose facts nobody asks for yet."""
    if term.op == "einsum":
        return make("einsum", term.args, (*term.attr[:-1], term.attr[-1][::-1]), term.shape)
    if Fact.SYMMETRIC in known(term):
        return term
    return make("einsum", (ONE, term), ((0, 1), (1, 0)), term.shape[::-1])


# Sums


def of_sum(e: Expr) -> Fact:
    """The matrix facts of a sum of square matrices."""
    parts = [known(term) for term in e.args]
    found = _shared(parts) & (_SPACES | Fact.PSD)
    if Fact.PSD in found and any(Fact.SPD in part for part in parts):
        found |= Fact.SPD
    if _is_reflection(e):
        found |= Fact.SYMMETRIC | Fact.ORTHOGONAL
    if not found & (Fact.SYMMETRIC | Fact.SKEW):
        found |= by_transpose(e)
    return found


def _is_reflection(e: Expr) -> bool:
    """I - 2*v*v'/(v'*v) of a real v, Householder's."""
    if len(e.args) != 2 or not any(map(_is_eye, e.args)):
        return False
    term = next((t for t in e.args if t.op == "einsum"), None)
    if term is None or len(term.args) != 3 or term.args[1] is not term.args[2] or term.attr[0] == term.attr[1]:
        return False
    v, front = term.args[1], term.args[0]
    if v.rank != 1 or Fact.REAL not in known(v) or front.op != "mul" or len(front.args) != 3:
        return False
    number, base, exponent = front.args
    squared = base.op == "einsum" and base.args == (ONE, v, v) and base.attr[0] == base.attr[1]
    normed = base.op == "call" and base.attr[0] == "norm2" and base.args == (v,)
    wanted = -1 if squared else -2
    return (squared or normed) and number.attr == -2 and exponent.op == "number" and exponent.attr == wanted


# Functions

_FUNCTIONS_OF = Fact.SYMMETRIC | _TRIANGULAR | Fact.DIAGONAL  # what every function given by a power series keeps
_AT_ZERO = frozenset({"sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "sign", "cbrt", "abs", "sqrt", "relu"})
_ODD = _AT_ZERO - {"abs", "sqrt", "relu"}


def of_map(name: str, argument: Fact) -> Fact:
    """A function of one argument, entry by entry, of a square matrix."""
    keep = Fact.SYMMETRIC
    if name in _AT_ZERO:
        keep |= _TRIANGULAR | Fact.DIAGONAL
    if name in _ODD:
        keep |= Fact.SKEW
    return argument & keep


def of_call(e: Expr) -> Fact:
    """The matrix facts of a function of a matrix, and the signs that follow from those of its argument."""
    name = e.attr[0]
    first = known(e.args[0]) if e.args else Fact.NONE
    if name == "inv":
        return (first & (_FUNCTIONS_OF | Fact.SPD | Fact.SKEW | Fact.ORTHOGONAL)) | Fact.INVERTIBLE
    if name == "adj":
        return first & (_FUNCTIONS_OF | Fact.PSD | Fact.SPD | Fact.ORTHOGONAL | Fact.INVERTIBLE)
    if name == "matpow":
        return _of_power(first, e.args[1])
    if name == "det":
        return _of_determinant(first)
    real = Fact.REAL in first
    if name == "expm":
        definite = Fact.SPD if real and Fact.SYMMETRIC in first else Fact.NONE
        rotation = Fact.ORTHOGONAL if real and Fact.SKEW in first else Fact.NONE
        return (first & _FUNCTIONS_OF) | definite | rotation | Fact.INVERTIBLE
    if name in ("sqrtm", "logm"):
        keep = Fact.PSD | Fact.SPD | Fact.INVERTIBLE if name == "sqrtm" else Fact.NONE
        return first & (_FUNCTIONS_OF | keep)
    if name in ("expm_frechet", "logm_frechet", "matpow_d") and len(e.shape) == 2:
        matrices = [known(arg) for arg in e.args if arg.shape]
        return Fact.SYMMETRIC if all(Fact.SYMMETRIC in part for part in matrices) else Fact.NONE
    if name == "lyap":  # A*Z + Z*A' = Q says of Z' what it says of Z, with Q'
        return known(e.args[1]) & (Fact.SYMMETRIC | Fact.SKEW)
    return _of_decomposition(name, first, e)


def _of_power(base: Fact, exponent: Expr) -> Fact:
    keep = _FUNCTIONS_OF | Fact.INVERTIBLE
    if Fact.REAL in known(exponent):
        keep |= Fact.SPD
    if Fact.INTEGER not in known(exponent):
        return base & keep
    found = base & (keep | Fact.ORTHOGONAL)
    if exponent.op != "number":
        return found
    even = exponent.attr % 2 == 0
    if Fact.SKEW in base:
        found |= Fact.SYMMETRIC if even else Fact.SKEW
    if Fact.REAL in base and even and Fact.SYMMETRIC in base:
        found |= Fact.PSD
    return found | (base & Fact.PSD)


def _of_determinant(argument: Fact) -> Fact:
    if Fact.SPD in argument:
        return Fact.POSITIVE
    found = Fact.NONNEGATIVE if Fact.PSD in argument else Fact.NONE
    if Fact.ORTHOGONAL in argument and Fact.REAL in argument:
        found |= Fact.INTEGER
    return found | (Fact.NONZERO if Fact.INVERTIBLE in argument else Fact.NONE)


def _of_decomposition(name: str, first: Fact, e: Expr) -> Fact:
    square = e.rank == 2 and e.shape[0] == e.shape[1]
    if name == "cholesky":
        return Fact.LOWER | Fact.INVERTIBLE
    if name in ("tril", "tril_half", "triu"):
        own = Fact.UPPER if name == "triu" else Fact.LOWER
        return (own | (first & (_TRIANGULAR | Fact.DIAGONAL))) if square else Fact.NONE
    if name in ("eigvecs", "polar", "svd_left", "svd_right") and square and Fact.REAL in first:
        return Fact.ORTHOGONAL | (first & Fact.SYMMETRIC if name == "polar" else Fact.NONE)
    if name == "sym":
        return first if Fact.SYMMETRIC in first else Fact.SYMMETRIC
    if name == "invgaps":
        return Fact.SKEW
    if name == "invsums":
        return Fact.SYMMETRIC
    if name == "eigvals":
        return Fact.POSITIVE if Fact.SPD in first else Fact.NONNEGATIVE if Fact.PSD in first else Fact.NONE
    return Fact.NONNEGATIVE if name == "svdvals" else Fact.NONE


def of_reshape(e: Expr) -> Fact:
    """A Kronecker product: a reshaped product whose axes alternate between two square matrices."""
    inner = e.args[0]
    if len(e.shape) != 2 or e.shape[0] != e.shape[1] or inner.op != "einsum" or inner.rank != 4 or e.attr != "C":
        return Fact.NONE
    a, b = ((inner.attr[-1][k], inner.attr[-1][k + 2]) for k in (0, 1))
    sides = [(known(o), own) for o, own in zip(inner.args[1:], inner.attr, strict=False)]
    if len(sides) != 2 or {frozenset(own) for _, own in sides} != {frozenset(a), frozenset(b)}:
        return Fact.NONE
    parts = [found if own in (a, b) else turned(found) for found, own in sides]
    keep = Fact.SYMMETRIC | _TRIANGULAR | Fact.DIAGONAL | Fact.PSD | Fact.SPD | Fact.ORTHOGONAL | Fact.INVERTIBLE
    shared = _shared(parts) & keep
    if all(part & (Fact.SYMMETRIC | Fact.SKEW) for part in parts):
        shared |= Fact.SKEW if sum(Fact.SKEW in part for part in parts) % 2 else Fact.SYMMETRIC
    return of_multiple(inner.args[0], close(shared))
