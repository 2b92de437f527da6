"""Layer 4: the differential of an expression, its adjoint, and the derivatives made of them."""
