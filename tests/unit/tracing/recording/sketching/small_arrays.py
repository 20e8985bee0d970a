"""Arrays of every kind to look at."""

from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

_DTYPES = ("float32", "float64", "float16", "int32", "int64", "uint8", "bool")


def small_arrays():
    shapes = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=7)
    return st.sampled_from(_DTYPES).flatmap(lambda dtype: npst.arrays(dtype, shapes))
