"""Layer 1: constructors of expressions, and what follows from them alone. The public names of the layer."""

from symdiff.algebra.build import (
    add,
    call,
    fmap,
    mul,
    neg,
    power,
    scale,
    split_number,
    spread,
    sub,
    unspread,
)
from symdiff.algebra.complexes import PARTS, complex_part, in_the_plane, is_complex, may_be_complex
from symdiff.algebra.conditions import Condition, condition, holds
from symdiff.algebra.dependence import Dependence, applied_in, base_of, constant_in, is_closed, symbols_of
from symdiff.algebra.einsum import divide, einsum, hadamard
from symdiff.algebra.entries import Slice, index
from symdiff.algebra.fact import Fact
from symdiff.algebra.facts import (
    facts,
    has_real_power,
    is_diagonal,
    is_integer,
    is_nonnegative,
    is_nonzero,
    is_orthogonal,
    is_positive,
    is_real,
    is_skew,
    is_spd,
    is_symmetric,
    lacks,
)
from symdiff.algebra.fingerprint import fingerprint, may_meet, opposite, same, vanishes
from symdiff.algebra.kronecker import commutation, from_kronecker, kronecker
from symdiff.algebra.leaves import (
    MINUS_ONE,
    ONE,
    TWO,
    ZERO,
    Array,
    Function,
    Symbol,
    array,
    dimension,
    eye,
    is_constant,
    is_one,
    is_zero,
    named,
    number,
    ones,
    plain,
    size_scalar,
    symbol,
    zeros,
)
from symdiff.algebra.products import (
    broadcast,
    diag,
    dot,
    keep_axes,
    kron,
    matmul,
    matpow,
    matpow_d,
    mean,
    normal_axes,
    outer,
    permute,
    reduce_,
    total,
    trace,
    transpose,
    vec,
)
from symdiff.algebra.rebuild import at_sizes, called, put_in, rebuild, resized, substitute, substitute_all
from symdiff.algebra.singular import is_singular, rank_bound
from symdiff.algebra.structure import (
    COMPARISONS,
    LOGIC,
    apply,
    compare,
    differential,
    is_entrywise,
    join,
    logic,
    reshape,
    scan,
    select,
    stop,
)
from symdiff.algebra.ties import may_tie, up_to_structure
from symdiff.algebra.views import Contraction, Product, contraction, factors, terms
