"""Values of which questions fail."""

import numpy as np


class Raising:
    """An object of which every question fails."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    __len__ = __iter__ = __float__ = __array__ = __repr__ = __str__ = __bool__ = __hash__ = __eq__ = None  # type: ignore

    @property
    def __class__(self):
        raise RuntimeError("class")


class StrangeList(list):
    def __iter__(self):
        raise RuntimeError("iter")

    def __len__(self):
        raise RuntimeError("len")


class StrangeText(str):
    def __repr__(self):
        raise RuntimeError("repr")

    __len__ = __str__ = __getitem__ = __repr__


class StrangeNumber(int):
    def __repr__(self):
        raise RuntimeError("repr")

    __str__ = __float__ = __int__ = __index__ = __repr__


class StrangeArray(np.ndarray):
    def __array_finalize__(self, obj):
        if obj is not None and type(obj) is StrangeArray:
            raise RuntimeError("finalize")

    def __getitem__(self, key):
        raise RuntimeError("getitem")
