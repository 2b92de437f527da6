"""Matrix facts of products, sums and Kronecker products: what structure the parts pass on.

Sources: Horn & Johnson, Matrix Analysis, ch. 0, 2, 4 and 7 (congruence, the Schur product theorem, reflections).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import reduce
from math import prod

from symdiff.algebra.fact import Fact, close, facts
from symdiff.algebra.leaves import ONE, Array, finite
from symdiff.algebra.views import Contraction, contraction
from symdiff.dims import at_least_one
from symdiff.expr import Expr, make

Labels = tuple[int, ...]
Link = tuple[Expr, bool]  # a matrix in a chain, and whether it stands there transposed

_TRIANGULAR = Fact.LOWER | Fact.UPPER
_SPACES = Fact.SYMMETRIC | Fact.SKEW | _TRIANGULAR | Fact.DIAGONAL  # closed under sums and multiples
_FEW_ROWS = 8  # of a matrix of numbers that is looked at exactly
_FEW = 64  # terms of a sum, and
_SHORT = 24  # factors of a product, that are compared with their transposes


def is_square(e: Expr) -> bool:
    shape = e.shape
    return len(shape) == 2 and shape[:1] == shape[1:]


def turned(found: int) -> int:
    """The facts of the transpose."""
    swapped = (Fact.UPPER if found & Fact.LOWER else Fact.NONE) | (Fact.LOWER if found & Fact.UPPER else Fact.NONE)
    return close((found & ~_TRIANGULAR) | swapped)


def _shared(parts: Iterable[int]) -> int:
    return reduce(int.__and__, parts)


# Products


def sign_of_form(e: Expr) -> int:
    """The sign of a trace, a diagonal or a quadratic form: of x'Sx, tr(S), diag(S), whatever number is in front."""
    operands, labels, out = e.args[1:], e.attr[:-1], e.attr[-1]
    forms = [k for k, own in enumerate(labels) if len(own) == 2]
    if len(forms) != 1:
        return Fact.NONE
    (place,) = forms
    inner, own = facts(operands[place]), labels[place]
    if len(operands) == 1 and own[0] == own[1]:
        if inner & Fact.POSITIVE_DIAGONAL and (out or at_least_one(operands[place].shape[0])):
            return Fact.POSITIVE
        return Fact.NONNEGATIVE if inner & Fact.PSD else Fact.NONE
    if out or len(operands) != 3 or not inner & Fact.PSD:
        return Fact.NONE
    (a, p), (b, q) = ((operands[k], labels[k]) for k in range(3) if k != place)
    quadratic = a is b and set(p + q) == set(own) and facts(a) & Fact.REAL
    return Fact.NONNEGATIVE if quadratic else Fact.NONE


def of_product(e: Expr) -> int:
    """The matrix facts of an einsum that is a square matrix."""
    front, factors, out = e.args[0], list(zip(e.args[1:], e.attr, strict=False)), e.attr[-1]
    matrices = [(o, own) for o, own in factors if len(own) == 2]
    vectors = [(o, own) for o, own in factors if len(own) == 1]
    found = Fact.NONE
    if any(_is_eye(o) for o, _ in matrices):  # of its axes none is summed
        return of_multiple(front, _diagonal_of([(o, own) for o, own in factors if not _is_eye(o)], out))
    if len(matrices) + len(vectors) == len(factors):
        scalings = [(o, own[0]) for o, own in vectors if own[0] in out]
        weights = [(o, own[0]) for o, own in vectors if own[0] not in out]
        if matrices and all(set(own) == set(out) for _, own in matrices):
            found = of_multiple(front, _hadamard(matrices, scalings, out))
        elif matrices:
            chain = chain_of(matrices, out)
            found = _of_chain(front, chain, scalings, weights, out) if chain else Fact.NONE
        elif _balanced(scalings, out) and all(facts(o) & Fact.REAL for o, _ in scalings):
            found = of_multiple(front, close(Fact.PSD))
    if found & (Fact.SYMMETRIC | Fact.SKEW):
        return found
    return found | by_transpose(e)


def _is_eye(e: Expr) -> bool:
    return e.op == "constant" and e.attr == "eye"


def _diagonal_of(factors: list[tuple[Expr, Labels]], out: Labels) -> int:
    """diag(v) and I."""
    parts = [facts(o) for o, _ in factors]
    found = Fact.DIAGONAL
    if all(part & Fact.NONNEGATIVE for part in parts):
        found |= Fact.PSD
    summed = {d for o, own in factors for d, label in zip(o.shape, own, strict=True) if label not in out}
    strict = Fact.POSITIVE if summed else Fact.NONZERO  # a sum of what is not zero may be zero
    if all(map(at_least_one, summed)) and all(part & strict for part in parts):
        found |= Fact.INVERTIBLE
    return close(found)


def _is_sign(e: Expr) -> bool:
    return e.op == "number" and e.attr in (1, -1)


def _balanced(scalings: Sequence[tuple[Expr, int]], out: Labels) -> bool:
    """Whether rows and columns are scaled by the same vectors."""
    if not scalings:
        return True
    rows, columns = (Counter(o for o, label in scalings if label == axis) for axis in out)
    return rows == columns


def _hadamard(matrices: Sequence[tuple[Expr, Labels]], scalings: list[tuple[Expr, int]], out: Labels) -> int:
    """diag(u)*(A ⊙ B)*diag(v): of one matrix that or the transpose."""
    parts = [facts(o) if own == out else turned(facts(o)) for o, own in matrices]
    found = reduce(int.__or__, parts) & (_TRIANGULAR | Fact.DIAGONAL)
    if not _balanced(scalings, out):
        return found
    if all(part & (Fact.SYMMETRIC | Fact.SKEW) for part in parts):
        found |= Fact.SKEW if sum(bool(part & Fact.SKEW) for part in parts) % 2 else Fact.SYMMETRIC
    vectors = [facts(o) for o, _ in scalings]
    nonzero = all(v & Fact.NONZERO for v in vectors)
    if all(part & Fact.PSD for part in parts) and all(v & Fact.REAL for v in vectors):
        found |= Fact.SPD if nonzero and all(part & Fact.SPD for part in parts) else Fact.PSD
    if len(matrices) == 1 and nonzero:
        found |= parts[0] & Fact.INVERTIBLE
    return close(found)


def of_multiple(coefficient: Expr, inner: int) -> int:
    """c·X."""
    front = facts(coefficient)
    found = inner & _SPACES
    if front & Fact.NONNEGATIVE:
        found |= inner & Fact.PSD
    if front & Fact.POSITIVE:
        found |= inner & (Fact.SPD | Fact.POSITIVE_DIAGONAL)
    if front & Fact.NONZERO:
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
) -> int:
    """diag(u)*A*…*Z*diag(v), with diagonal weights between two of the factors."""
    parts = [turned(facts(o)) if transposed else facts(o) for o, transposed in chain]
    vectors = [facts(o) for o, _ in (*scalings, *weights)]
    shared = _shared(parts)
    found = shared & (_TRIANGULAR | Fact.DIAGONAL)
    if all(part & Fact.NONZERO for part in vectors):
        found |= shared & Fact.INVERTIBLE
    if not vectors:
        found |= shared & Fact.ORTHOGONAL
    found = of_multiple(coefficient, found)
    if _balanced(scalings, out):
        found |= _congruence(facts(coefficient), chain, vectors, weights)
    return found


def _congruence(front: int, chain: list[Link], vectors: list[int], weights: list[tuple[Expr, int]]) -> int:
    """P*S*P' is what S is of symmetric, skew, positive semidefinite; P*P' and P*diag(w)*P' with w ≥ 0 are the last."""
    half = len(chain) // 2
    turns = prod(_opposite(chain[k], chain[-1 - k]) for k in range(half))
    if not turns:
        return Fact.NONE
    if not all(facts(o) & Fact.REAL for o, _ in chain[:half]) or not all(v & Fact.REAL for v in vectors):
        return Fact.NONE
    if len(chain) % 2:
        middle = facts(chain[half][0]) if not weights else Fact.NONE
    elif weights and half > 1:
        return Fact.NONE
    else:
        middle = Fact.PSD if all(facts(w) & Fact.NONNEGATIVE for w, _ in weights) else Fact.NONE
    if not front & (Fact.NONNEGATIVE if turns > 0 else Fact.NONPOSITIVE):
        middle &= ~Fact.PSD
    return middle & (Fact.SYMMETRIC | Fact.SKEW | Fact.PSD)


def _opposite(a: Link, b: Link) -> int:
    """1 for a matrix and its transpose, -1 for one and minus that, 0 for others."""
    if a[0] is not b[0]:
        return 0
    if a[1] != b[1] or facts(a[0]) & Fact.SYMMETRIC:
        return 1
    return -1 if facts(a[0]) & Fact.SKEW else 0


def by_transpose(e: Expr) -> int:
    """Symmetric or skew, where a square matrix equals its transpose or minus that up to the fingerprint."""
    from symdiff.algebra.fingerprint import fingerprint, opposite  # they ask for the facts of parts, never of e itself

    terms = e.args if e.op == "add" else (e,)
    flats = [contraction(term) for term in terms] if len(terms) <= _FEW else []
    if not flats or any(len(flat.operands) > _SHORT for flat in flats) or not _ends_meet(flats, fingerprint):
        return Fact.NONE
    own = sorted(map(fingerprint, terms))
    transposes = [fingerprint(_transposed(term)) for term in terms]
    if own == sorted(transposes):
        return Fact.SYMMETRIC
    return Fact.SKEW if own == sorted(map(opposite, transposes)) else Fact.NONE


def _ends_meet(flats: Sequence[Contraction], key: Callable[[Expr], bytes]) -> bool:
    """Whether the factors of the terms at their rows are those at their columns turned, as of what is its transpose.

    True where factors are known that may vanish or change sign.
    """
    ends: list[list[list[tuple[bytes, int]]]] = []
    for flat in flats:
        if any(o.op == "constant" or facts(o) & Fact.SKEW for o in flat.operands):
            return True
        factors = list(zip(flat.operands, flat.labels, strict=True))
        ends.append([])
        for axis in flat.out:
            met = [(o, own.index(axis)) for o, own in factors if axis in own]
            ends[-1].append(sorted((key(o), not facts(o) & Fact.SYMMETRIC and place) for o, place in met))
    return sorted(ends) == sorted(pair[::-1] for pair in ends)


def _transposed(term: Expr) -> Expr:
    """The transpose, whose facts nobody asks for yet."""
    if term.op == "einsum":
        return make("einsum", term.args, (*term.attr[:-1], term.attr[-1][::-1]), term.shape)
    if facts(term) & Fact.SYMMETRIC:
        return term
    return make("einsum", (ONE, term), ((0, 1), (1, 0)), term.shape[::-1])


# Numbers


def of_array(array: Array) -> int:
    """What the entries of a frozen matrix show."""
    if len(array.shape) != 2 or array.shape[0] != array.shape[1]:
        return Fact.NONE
    n = array.shape[0]
    rows = [array.entries[n * k : n * (k + 1)] for k in range(n)]
    below = [(rows[i][j], rows[j][i]) for i in range(n) for j in range(i)]
    found = Fact.SYMMETRIC if all(a == b for a, b in below) else Fact.NONE
    if all(a == -b for a, b in below) and not any(rows[k][k] for k in range(n)):
        found |= Fact.SKEW
    found |= Fact.NONE if any(a for a, _ in below) else Fact.UPPER
    found |= Fact.NONE if any(b for _, b in below) else Fact.LOWER
    if n > _FEW_ROWS or "c" in array.kinds or not all(map(finite, array.entries)):  # type: ignore[arg-type]
        return found
    exact = [[Fraction(entry) for entry in row] for row in rows]  # type: ignore[arg-type]
    if all(sum(a * b for a, b in zip(p, q, strict=True)) == (p is q) for p in exact for q in exact):
        found |= Fact.ORTHOGONAL
    return found | Fact.SPD if found & Fact.SYMMETRIC and _is_definite(exact) else found


def _is_definite(rows: list[list[Fraction]]) -> bool:
    """Whether elimination meets positive pivots alone (Sylvester)."""
    while rows:
        first, *rest = rows
        if first[0] <= 0:
            return False
        rows = [[a - row[0] / first[0] * b for a, b in zip(row[1:], first[1:], strict=True)] for row in rest]
    return True


# Sums


def of_sum(e: Expr) -> int:
    """The matrix facts of a sum of square matrices."""
    parts = [facts(term) for term in e.args]
    found = _shared(parts) & (_SPACES | Fact.PSD | Fact.POSITIVE_DIAGONAL)
    if found & Fact.PSD and any(part & Fact.SPD for part in parts):
        found |= Fact.SPD
    if _is_reflection(e):
        found |= Fact.SYMMETRIC | Fact.ORTHOGONAL
    if not found & (Fact.SYMMETRIC | Fact.SKEW):
        found |= by_transpose(e)
    return found


def _is_reflection(e: Expr) -> bool:
    """I - 2*v*v'/(v'*v), Householder's."""
    if len(e.args) != 2 or not any(map(_is_eye, e.args)):
        return False
    term = next((t for t in e.args if t.op == "einsum"), None)
    if term is None or len(term.args) != 3 or term.args[1] is not term.args[2]:
        return False
    v, front = term.args[1], term.args[0]
    if v.rank != 1 or front.op != "mul" or len(front.args) != 3:
        return False
    number, base, exponent = front.args
    squared = base.args == (ONE, v, v)
    normed = base.op == "call" and base.attr[0] == "norm2" and base.args == (v,) and facts(v) & Fact.REAL
    wanted = -1 if squared else -2
    return bool(squared or normed) and number.attr == -2 and exponent.attr == wanted


# Kronecker products


def of_reshape(e: Expr) -> int:
    """A Kronecker product: a reshaped product whose axes alternate between two square matrices."""
    inner = e.args[0]
    if not is_square(e) or inner.op != "einsum" or inner.rank != 4 or e.attr != "C":
        return Fact.NONE
    a, b = inner.attr[-1][::2], inner.attr[-1][1::2]
    sides = [(facts(o), own) for o, own in zip(inner.args[1:], inner.attr, strict=False)]
    if len(sides) != 2 or {frozenset(own) for _, own in sides} != {frozenset(a), frozenset(b)}:
        return Fact.NONE
    parts = [found if own in (a, b) else turned(found) for found, own in sides]
    keep = Fact.SYMMETRIC | _TRIANGULAR | Fact.DIAGONAL | Fact.PSD | Fact.SPD | Fact.ORTHOGONAL | Fact.INVERTIBLE
    shared = _shared(parts) & keep
    if all(part & (Fact.SYMMETRIC | Fact.SKEW) for part in parts):
        shared |= Fact.SKEW if sum(bool(part & Fact.SKEW) for part in parts) % 2 else Fact.SYMMETRIC
    return of_multiple(inner.args[0], close(shared))
