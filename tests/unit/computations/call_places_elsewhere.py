"""A module whose functions are used in federated computations of another one."""

import tffsim as tff


def total(values):
    summe_aller_werte = tff.federated_sum(values)
    return summe_aller_werte  # noqa: RET504 (the variable is what is tested)
