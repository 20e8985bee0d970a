"""The chain of operations that an invocation waited for."""


def test_the_critical_path_covers_the_invocation_without_gap(trace):
    path, invocation = trace.critical_path(), trace.invocations.row(0)
    assert path["start"][0] == invocation["start"] and path["end"][-1] == invocation["end"]
    assert (path["start"][1:] == path["end"][:-1]).all()
