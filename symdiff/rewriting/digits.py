"""Digits: which sums may be multiplied out.

Near a point where x and m are equal to eight digits, (x - m)^2 has all its digits and x^2 - 2*x*m + m^2 has none: a
difference becomes one of larger parts. So a product of sums is opened only where its parts are no larger than what
stands there already, up to a small factor:

- the terms of a sum are of one sign, so that none is larger than their sum;
- the terms of one sum, and no other, are rounded themselves, all but one, so that the sum has lost what the parts lose;
- all parts but one stand in the sum already, so that the last is no larger than these and the product together (so
  are all parts of (a + b)^2 where b^2 stands there);
- what comes out is one term, or a sum of plain values: nothing is subtracted that was not there, and no difference
  of given values becomes one of multiples of them.

Numbers with one error in common (a mean beside each entry) are not rounded independently, and stay.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import ONE, is_nonnegative, neg, split_number
from symdiff.algebra.digits import is_complement, is_rounded
from symdiff.expr import Expr
from symdiff.rewriting.expand import growing, is_open, like_key
from symdiff.rewriting.product import is_product, opened


def keeps_digits(terms: Sequence[tuple[Expr, Sequence[Expr]]], after: Expr) -> bool:
    """Whether a sum of these terms, each with the parts it is multiplied out into, may be written as `after`."""
    if after.op == "add" and growing([parts for _, parts in terms]):
        return False
    if after.op != "add" or not any(is_product(split_number(part)[1]) for part in after.args):
        return True
    known: set[bytes] = set()
    products: list[list[bytes]] = []
    for term, parts in terms:
        keys = list(map(like_key, parts))
        if len(parts) == 1 or opens_safely(term):
            known.update(keys)
        else:
            products.append(keys)
    while (found := next((keys for keys in products if _bounded(keys, known)), None)) is not None:
        known.update(found)
        products.remove(found)
    return all(like_key(part) in known for part in after.args)


def _bounded(keys: list[bytes], known: set[bytes]) -> bool:
    """Whether the parts of a product are no larger than the known ones and the product together.

    That is so where only one is not known; and in the square of a sum of two where one square is known.
    """
    if len(set(keys) - known) < 2:
        return True
    return len(keys) == 4 and keys[1] == keys[2] and (keys[0] in known or keys[3] in known)


def opens_safely(term: Expr) -> bool:
    """Whether the parts of a product of sums lose no more digits than it does."""
    stack = [term]
    while stack:
        whole = opened(stack.pop())
        sums = [factor for factor in whole.factors if is_open(factor)]
        loose = [factor for factor in sums if not _has_one_sign(factor.base)]
        if len(loose) > 1 or any(factor.exponent is not ONE for factor in loose):
            return False
        alone = len(whole.factors) == 1 and set(whole.factors[0].labels) <= set(whole.out)
        if loose and not alone and not has_lost(loose[0].base):
            return False
        stack += (part for factor in sums for part in factor.base.args if is_product(part))
    return True


def has_lost(e: Expr) -> bool:
    """Whether a sum has lost already what its terms lose in products."""
    return is_rounded(e.args) and not is_complement(e.args)


def _has_one_sign(e: Expr) -> bool:
    return all(map(is_nonnegative, e.args)) or all(is_nonnegative(neg(term)) for term in e.args)
