"""Which context the options of a magic choose."""

import warnings

import pytest
from IPython.core.error import UsageError

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles
from tffsim.magics.stack_choice import chosen_context, names_of_stacks

MINE = tff.local_executor_factory()
CONTEXT = tff.SyncExecutionContext(MINE)
VARIABLES = {"mine": MINE, "context": CONTEXT, "_hidden": MINE, "number": 3}


def test_without_options_the_current_context_stays():
    assert chosen_context(VARIABLES, None) is None


def test_a_context_is_taken_and_a_factory_gets_one():
    assert chosen_context(VARIABLES, "context") is CONTEXT
    assert chosen_context(VARIABLES, "mine").executor_factory is MINE


def test_stacks_are_those_that_are_always_there_and_variables():
    assert names_of_stacks(VARIABLES) == ["local", "debug", "mine", "context"]


@pytest.mark.parametrize(
    ("stack", "what"),
    [
        ("debgu", "There is no stack 'debgu'. Did you mean debug?"),
        ("contxt", "There is no stack 'contxt'. Did you mean context?"),
        ("nope", "There is no stack 'nope'."),
        ("number", "`number` is no context and no executor factory."),
    ],
)
def test_an_unknown_stack_is_answered_with_those_that_there_are(stack, what):
    with pytest.raises(UsageError) as caught:
        chosen_context(VARIABLES, stack)
    stacks = "Stacks: local, debug, mine, context; or a variable with a context or an executor factory."
    assert str(caught.value) == f"{what} {stacks}"


@pytest.mark.parametrize("options", [("local",), ("debug",), ("local", 2)], ids=["local", "debug", "tree"])
def test_a_number_of_clients_that_is_not_used_is_told_once(options):
    stack, *fanout = options
    context = chosen_context({}, stack, 5, *fanout)
    with tff.use(context):
        with pytest.warns(UserWarning, match="--clients 5 is not used") as told:
            assert [mean_of_doubles([1.0, 3.0]) for _ in range(3)] == [4, 4, 4]
        assert [str(each.message) for each in told] == ["--clients 5 is not used: the argument tells of 2 clients."]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert mean_of_doubles([1.0, 3.0, 5.0, 7.0, 9.0]) == 10
