"""Intrinsics that the leaf executor computes by itself, without a graph.

`federated_language` defines addition, multiplication, division and zero, on operands
of one type. Minimum and maximum, which `federated_min` and `federated_max` need, are
missing there, and so are the product of a structure with one number and the change of a
number's width, which averages need. They are defined here in the same way.
"""

import federated_language as fl
from federated_language.framework import IntrinsicDef

_T = fl.AbstractType("T")
_BINARY_OPERATOR = fl.FunctionType([_T, _T], _T)

GENERIC_MINIMUM = IntrinsicDef("GENERIC_MINIMUM", "generic_minimum", _BINARY_OPERATOR)
GENERIC_MAXIMUM = IntrinsicDef("GENERIC_MAXIMUM", "generic_maximum", _BINARY_OPERATOR)

_SCALING_OPERATOR = fl.FunctionType([_T, fl.AbstractType("U")], _T)

# Multiply, or divide, every number of a structure by one number.
GENERIC_SCALE = IntrinsicDef("GENERIC_SCALE", "generic_scale", _SCALING_OPERATOR)
GENERIC_UNSCALE = IntrinsicDef("GENERIC_UNSCALE", "generic_unscale", _SCALING_OPERATOR)

# Give every number of a structure the width that the result type says.
GENERIC_CAST = IntrinsicDef("GENERIC_CAST", "generic_cast", fl.FunctionType(_T, fl.AbstractType("U")))

# Write the remainders of integers with two digits, and put such digits together: see
# `tffsim.external_runtime.tensorflow.values.modular_sums`.
GENERIC_DIGITS = IntrinsicDef(
    "GENERIC_DIGITS", "generic_digits", fl.FunctionType([_T, fl.AbstractType("M")], fl.AbstractType("D"))
)
GENERIC_NUMBER = IntrinsicDef(
    "GENERIC_NUMBER", "generic_number", fl.FunctionType([fl.AbstractType("D"), fl.AbstractType("M")], _T)
)

LEAF_INTRINSIC_URIS = frozenset(
    {
        "generic_zero",
        "generic_plus",
        "generic_multiply",
        "generic_divide",
        GENERIC_MINIMUM.uri,
        GENERIC_MAXIMUM.uri,
        GENERIC_SCALE.uri,
        GENERIC_UNSCALE.uri,
        GENERIC_CAST.uri,
        GENERIC_DIGITS.uri,
        GENERIC_NUMBER.uri,
    }
)
