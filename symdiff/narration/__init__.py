"""How derivations are told: parts named first, then d of what is left, back part by part to the result."""
