"""SymPy's matrices: a matrix of one row or column is a vector, one of one entry is that entry."""

from __future__ import annotations

from typing import Any

from symdiff import algebra, book
from symdiff.algebra import ONE, ZERO, Slice
from symdiff.algebra.batch import Batch, contracted
from symdiff.dims import Dim
from symdiff.errors import NotSupported
from symdiff.expr import Expr
from symdiff.interchange.sympy_walk import Step, Walk
from symdiff.syntax.indices import Range


def _wide(e: Expr, matrix: Any) -> Expr:
    """An array with both axes that SymPy gives it."""
    for axis in (0, 1):
        e = algebra.join("stack", [e], axis) if matrix.shape[axis] == 1 else e
    return e


def _narrow(e: Expr, matrix: Any) -> Expr:
    """A matrix without axes of one entry."""
    return algebra.index(
        e, [0 if size == 1 else Slice(0, dim) for size, dim in zip(matrix.shape, e.shape, strict=True)]
    )


class Matrices(Walk):
    """What a matrix of SymPy is, by its class."""

    def _MatrixSymbol(self, node: Any) -> Step:
        shape = yield from self.shape(node)
        name = self.name(node, node.name)
        if not shape:
            return algebra.index(algebra.symbol(name, (1, 1)), [0, 0])
        return self.declared(name, algebra.symbol(name, shape))

    def _Identity(self, node: Any) -> Step:
        shape = yield from self.shape(node)
        return algebra.eye(shape[0]) if shape else ONE

    def _ZeroMatrix(self, node: Any) -> Step:
        return algebra.zeros((yield from self.shape(node)))

    def _OneMatrix(self, node: Any) -> Step:
        return algebra.ones((yield from self.shape(node)))

    def _MatrixBase(self, node: Any) -> Step:
        """An explicit matrix."""
        rows, columns = node.shape
        entries = yield from self.all(list(node.flat()))
        if not entries:
            return algebra.zeros([n for n in node.shape if n != 1])
        if 1 in (rows, columns):
            return entries[0] if len(entries) == 1 else algebra.join("stack", entries)
        lines = [algebra.join("stack", entries[k : k + columns]) for k in range(0, len(entries), columns)]
        return algebra.join("stack", lines)

    def _NDimArray(self, node: Any) -> Step:
        """An array of any number of axes with its entries."""
        parts = yield from self.all([node[k] for k in range(node.shape[0])] if node.shape else [])
        if not parts:
            raise NotSupported(f"an array of SymPy with the shape {node.shape}")
        return algebra.join("stack", parts)

    def _MatAdd(self, node: Any) -> Step:
        return algebra.add(*(yield from self.all(node.args)))

    def _MatMul(self, node: Any) -> Step:
        """A product in a row: what stands between two factors is summed over."""
        scalars = yield from self.all([arg for arg in node.args if not arg.is_Matrix])
        matrices = [arg for arg in node.args if arg.is_Matrix]
        factors = yield from self.all(matrices)
        labels = [tuple(k + side for side in (0, 1) if matrix.shape[side] != 1) for k, matrix in enumerate(matrices)]
        out = [k for k, size in ((0, node.shape[0]), (len(matrices), node.shape[1])) if size != 1]
        return algebra.scale(algebra.mul(ONE, *scalars), algebra.einsum(ONE, factors, labels, out))

    def _MatPow(self, node: Any) -> Step:
        base, exponent = yield from self.all(node.args)
        return book.apply("matpow", [base, exponent]) if base.shape else algebra.power(base, exponent)

    def _Inverse(self, node: Any) -> Step:
        base = yield node.arg
        return book.apply("inv", [base]) if base.shape else algebra.power(base, algebra.MINUS_ONE)

    def _Transpose(self, node: Any) -> Step:
        e = yield node.arg
        return algebra.transpose(e) if e.rank == 2 else e

    def _Adjoint(self, node: Any) -> Step:
        e = algebra.complex_part("conj", (yield node.arg))
        return algebra.transpose(e) if e.rank == 2 else e

    def _Trace(self, node: Any) -> Step:
        e = yield node.arg
        return algebra.trace(e) if e.shape else e

    def _Determinant(self, node: Any) -> Step:
        e = yield node.arg
        return book.apply("det", [e]) if e.shape else e

    def _HadamardProduct(self, node: Any) -> Step:
        first, *others = yield from self.all(node.args)
        for other in others:
            first = algebra.hadamard(first, other) if first.shape else algebra.mul(first, other)
        return first

    def _HadamardPower(self, node: Any) -> Step:
        base, exponent = yield from self.all(node.args)
        return algebra.power(base, exponent)

    def _KroneckerProduct(self, node: Any) -> Step:
        matrices = node.args
        first, *others = yield from self.all(matrices)
        rows = matrices[0].shape[0] == 1
        for matrix, other in zip(matrices[1:], others, strict=True):
            if not first.shape or not other.shape:
                first = algebra.scale(first, other) if not first.shape else algebra.scale(other, first)
            else:
                first = algebra.kron(first, other, (rows and first.rank == 1, matrix.shape[0] == 1))
            rows = rows and matrix.shape[0] == 1
        return first

    def _DotProduct(self, node: Any) -> Step:
        return algebra.dot(*(yield from self.all(node.args)))

    def _DiagMatrix(self, node: Any) -> Step:
        e = yield node.args[0]
        return algebra.diag(e) if e.shape else e

    def _DiagonalOf(self, node: Any) -> Step:
        e = yield node.args[0]
        if e.rank != 2 or e.shape[0] != e.shape[1]:
            raise NotSupported("the diagonal of a matrix of SymPy that is no square")
        return algebra.diag(e)

    def _BlockMatrix(self, node: Any) -> Step:
        grid = [[node.blocks[k, j] for j in range(node.blockshape[1])] for k in range(node.blockshape[0])]
        for axis in (0, 1):  # one row or column of blocks
            line = grid[0] if axis else [row[0] for row in grid]
            if len(grid[0] if not axis else grid) == 1:
                parts = yield from self.all(line)
                if all(block.shape[1 - axis] == 1 != block.shape[axis] for block in line):
                    return algebra.join("concat", parts)
                if all(block.shape[axis] == 1 != block.shape[1 - axis] for block in line):
                    return algebra.join("stack", parts, axis)
        rows = []
        for blocks in grid:
            made = yield from self.all(blocks)
            parts = [_wide(e, block) for e, block in zip(made, blocks, strict=True)]
            rows.append(algebra.join("concat", parts, 1))
        return _narrow(algebra.join("concat", rows, 0), node)

    _BlockDiagMatrix = _BlockMatrix

    def _MatrixSlice(self, node: Any) -> Step:
        base = yield node.parent
        items: list[Any] = []
        for bounds, before, after in zip((node.rowslice, node.colslice), node.parent.shape, node.shape, strict=True):
            first, end = (yield from self.dim(bounds[0])), (yield from self.dim(bounds[1]))
            if before != 1:
                items.append(first if after == 1 else Slice(first, end, int(bounds[2])))
        return algebra.index(base, items)

    def _FunctionMatrix(self, node: Any) -> Step:
        """The array of these entries; sums up to a place, and from it on, run along the axis."""
        import sympy

        body = node.lamda.expr
        for axis, here in enumerate(node.lamda.variables):
            if (
                type(body) not in (sympy.Sum, sympy.Product)
                or len(body.limits) != 1
                or here in body.function.free_symbols
            ):
                continue
            variable, *ends = body.limits[0]
            if ends in ([0, here], [here, node.shape[axis] - 1]):
                lamda = sympy.Lambda(node.lamda.variables, body.function.xreplace({variable: here}))
                e = yield sympy.FunctionMatrix(*node.shape, lamda)
                kind = "cumsum" if isinstance(body, sympy.Sum) else "cumprod"
                return algebra.scan(kind, e, axis if e.rank == 2 else 0, reverse=ends[0] == here)
        return (yield from self._entries(node))

    def _entries(self, node: Any) -> Step:
        rows, columns = node.shape
        places, kept, body = [], [], node.lamda.expr
        for variable, size in zip(node.lamda.variables, (rows, columns), strict=True):
            length = yield from self.dim(size)
            place, made = self.index(variable.name, Range(0, length + -1))
            places.append((variable, place))
            kept += [made] if size != 1 else []
            if size == 1:
                body = body.xreplace({variable: size - 1})
        value = yield body.xreplace(dict(places))
        return self.indices.bound(value, kept, summed=False) if kept else value

    def _ElementwiseApplyFunction(self, node: Any) -> Step:
        own = self.fresh(node.function.variables)
        array = yield node.expr
        body = yield node.function.expr.xreplace(own)
        labels = tuple("rc"[: array.rank])
        lengths: dict[Any, Dim] = dict(zip(labels, array.shape, strict=True))
        (d,) = (self.bound[place] for place in own.values())
        if not array.shape or d not in algebra.symbols_of(body):
            return algebra.substitute(body, {d: array}) if not array.shape else algebra.spread(body, array.shape)
        return contracted(body, {d: Batch(array, labels)}, labels, lengths)

    def _MatrixElement(self, node: Any) -> Step:
        matrix, *places = node.args
        base = yield matrix
        at = []
        for place, size in zip(places, matrix.shape, strict=True):
            if size != 1:
                at.append((yield from self.dim(place)))
        return self.indices.pick(base, at, (), str(node)[:60], None)

    def _Indexed(self, node: Any) -> Step:
        shape = node.shape if node.base.shape is not None else None
        if shape is None:
            raise NotSupported(f"{node.base} of SymPy has no shape", hint="give IndexedBase a shape")
        name = self.name(node.base, str(node.base.label))
        lengths, at = [], []
        for size, place in zip(node.base.shape, node.indices, strict=True):
            lengths.append((yield from self.dim(size)))
            at.append((yield from self.dim(place)))
        return self.indices.pick(self.declared(name, algebra.symbol(name, lengths)), at, (), str(node)[:60], None)

    def _KroneckerDelta(self, node: Any) -> Step:
        a, b = yield from self.all(node.args[:2])
        return algebra.select(algebra.compare("==", a, b), ONE, ZERO)
