"""What the tab key offers."""

import pytest
from IPython.core import completer
from IPython.core.completer import provisionalcompleter

import tffsim as tff


def test_an_ipython_without_matchers_of_ours_loads_the_magics(shell, execute, monkeypatch):
    monkeypatch.delattr(completer, "context_matcher", raising=False)
    before = list(shell.Completer.custom_matchers)
    shell.run_line_magic("reload_ext", "tffsim")
    assert shell.Completer.custom_matchers == before
    assert execute("--view none", "y = mean([1.0, 3.0])").success


@pytest.mark.skipif(not hasattr(completer, "context_matcher"), reason="this IPython has no such matchers")
@pytest.mark.parametrize(
    ("line", "completions"),
    [
        ("%%tff_execute --v", ["--values", "--view"]),
        ("%%tff_execute --view stack --va", ["--values"]),
        ("%%tff_execute --view st", ["stack"]),
        ("%%tff_execute --view stack,cl", ["clients"]),
        ("%%tff_execute --values p", ["preview"]),
        ("%%tff_execute --stack ", ["debug", "local", "mine"]),
        ("%tff_execute --val", ["--values"]),
        ("%tff_stack m", ["mine"]),
        ("%tff_trace ", ["first"]),
        ("%%tff_exec", ["%%tff_execute"]),
    ],
)
def test_options_and_values_are_completed(shell, execute, line, completions):
    shell.user_ns["mine"] = tff.local_executor_factory()
    execute("--trace first --view none", "mean([1.0])")
    shell.run_line_magic("reload_ext", "tffsim")
    with provisionalcompleter():
        found = [completion.text for completion in shell.Completer.completions(line, len(line))]
    assert found == completions
