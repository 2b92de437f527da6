"""Runs of factors that stand in several matrix products: P*H'*inv(S) in a Kalman update, as one node of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symdiff.algebra import ONE, einsum, is_symmetric, rebuild, transpose
from symdiff.expr import Expr, postorder

_MANY = 400  # nodes of what nobody reads for its runs
Factor = tuple[Expr, bool]  # a matrix, and whether it stands transposed
Run = tuple[Factor, ...]


def shared_run(roots: Sequence[Expr]) -> tuple[list[Expr], Expr] | None:
    """The roots with the longest run at an end of which an inverse stands as one factor, and it; None where none is
    met twice.
    """
    order = postorder(*roots)
    chains: dict[Expr, Run] = {}
    for node in order if len(order) <= _MANY else ():
        if chain := _chain(node):
            chains[node] = tuple(factor for one in chain for factor in _opened(one, chains))
    inner = {arg for node in chains for arg in node.args if arg in chains and arg.args[0] is ONE}
    outer = [chain for node, chain in chains.items() if node not in inner]
    runs = sorted(dict.fromkeys(run for chain in outer for run in _runs(chain)), key=len, reverse=True)
    run = next((run for run in runs if sum(len(_places(chain, run)) for chain in outer) > 1), None)
    if run is None:
        return None
    made: dict[Expr, Expr] = {}
    for node in order:
        new = rebuild(node, [made[arg] for arg in node.args]) if node.args else node
        made[node] = _folded(node, chains[node], run, made) if node in chains else new
    return [made[root] for root in roots], _product(tuple((made[e], turned) for e, turned in run))


def _opened(factor: Factor, chains: Mapping[Expr, Run]) -> Run:
    """The factors of a factor that is a product itself, as it is written."""
    e, turned = factor
    if e not in chains or e.args[0] is not ONE:
        return (factor,)
    return _turned(chains[e]) if turned else chains[e]


def _chain(e: Expr) -> Run:
    """The factors of a product of matrices in order; empty for any other node."""
    if e.op != "einsum" or e.rank != 2 or len(e.args) < 3 or any(arg.rank != 2 for arg in e.args[1:]):
        return ()
    left = dict(enumerate(e.attr[:-1]))
    at, end = e.attr[-1]
    factors: list[Factor] = []
    while left:
        k = next((k for k, labels in left.items() if at in labels), None)
        if k is None or left[k][0] == left[k][1]:
            return ()
        a, b = left.pop(k)
        turned = a != at
        factors.append((e.args[k + 1], turned and not is_symmetric(e.args[k + 1])))
        at = a if turned else b
    return tuple(factors) if at == end else ()


def _runs(chain: Run) -> list[Run]:
    """The runs of two factors or more, of which an end is an inverse."""
    places = range(len(chain) + 1)
    runs = [chain[i:j] for i in places for j in places if j - i > 1 and j - i < len(chain) + (len(chain) > 2)]
    return [run for run in runs if any(e.op == "call" and e.attr[0] == "inv" for e, _ in (run[0], run[-1]))]


def _turned(run: Run) -> Run:
    return tuple((e, not turned and not is_symmetric(e)) for e, turned in reversed(run))


def _product(run: Run) -> Expr:
    labels = [(k + turned, k + 1 - turned) for k, (_, turned) in enumerate(run)]
    return einsum(ONE, [e for e, _ in run], labels, (0, len(run)))


def _places(chain: Run, run: Run) -> list[int]:
    """Where a run, or what it is transposed, begins in a product, one behind the other."""
    found: list[int] = []
    for k in range(len(chain) - len(run) + 1):
        if chain[k : k + len(run)] in (run, _turned(run)) and (not found or k >= found[-1] + len(run)):
            found.append(k)
    return found


def _folded(e: Expr, chain: Run, run: Run, made: dict[Expr, Expr]) -> Expr:
    """A product with a run, and what it is transposed, as one factor."""
    factors: list[Factor] = []
    places, k = _places(chain, run), 0
    while k < len(chain):
        if k in places:
            whole = _product(tuple((made[f], turned) for f, turned in run))
            factors.append((whole, chain[k : k + len(run)] != run))
            k += len(run)
        else:
            factors.append((made[chain[k][0]], chain[k][1]))
            k += 1
    if len(factors) == 1:
        whole = transpose(factors[0][0]) if factors[0][1] else factors[0][0]
        return einsum(made[e.args[0]], [whole], [(0, 1)], (0, 1))
    labels = [(j + turned, j + 1 - turned) for j, (_, turned) in enumerate(factors)]
    return einsum(made[e.args[0]], [f for f, _ in factors], labels, (0, len(factors)))
