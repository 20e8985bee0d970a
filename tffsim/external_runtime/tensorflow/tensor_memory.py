"""Where TensorFlow takes the memory of tensors from.

By default it asks the C library for each tensor. That gives large ones back to the system, which clears each page when
it is used again: most of the time that a sum of 40 MB takes. Much of what it keeps it does not find again: with GNU's,
a round of models of 8 MB held five times as much memory as all its values need.

TensorFlow has an allocator that keeps what was freed and joins neighbours, with the best fit for each request: that
which it uses for GPUs. It is chosen by an environment variable, which is read when the first tensor is made.
"""

import os

_USE_IT = "TF_CPU_ALLOCATOR_USE_BFC"
_LIMIT = "TF_CPU_BFC_MEM_LIMIT_IN_MB"
_DEFAULT_LIMIT_MB = 65_536


def reuse_memory_of_tensors() -> None:
    """Lets TensorFlow keep the memory of tensors that are gone, for others, unless the user has chosen otherwise.

    `TF_CPU_ALLOCATOR_USE_BFC=false` in the environment leaves it to the C library. Nothing changes in a process that
    has made tensors before.
    """
    os.environ.setdefault(_USE_IT, "true")
    # It would refuse more than 64 GB. How much there may be is for the system to say, as it is by default.
    if hasattr(os, "sysconf"):
        memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
        os.environ.setdefault(_LIMIT, str(max(_DEFAULT_LIMIT_MB, 2 * memory_mb)))
