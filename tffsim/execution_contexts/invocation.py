"""One invocation: from the call of a computation to its result."""

import asyncio
import contextlib
import dataclasses
import inspect
import logging
import random
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import federated_language as fl
from federated_language.framework import (
    ConcreteComputation,
    Executor,
    ExecutorFactory,
    ExecutorValue,
    PlacementLiteral,
    RetryableError,
)
from federated_language.proto import computation_pb2 as pb

from tffsim.concurrency.random_streams import Place, current_place, start_run
from tffsim.execution_contexts import drop_outs, number_warnings, untold_clients
from tffsim.execution_contexts.argument_hints import hinted
from tffsim.execution_contexts.argument_normalisation import normalise_argument
from tffsim.execution_contexts.cohorts import with_homes
from tffsim.execution_contexts.computation_warnings import warn
from tffsim.execution_contexts.drop_outs import Cohort
from tffsim.execution_contexts.execution_error import (
    ArgumentError,
    CardinalityError,
    named,
    user_error,
    without_internals,
)
from tffsim.executor_stacks.instrumentation import hides_its_parts, traced_stack
from tffsim.executor_stacks.lending_factory import LendingFactory, VisitingFactory
from tffsim.failures.failure_location import locate_argument
from tffsim.language import building_blocks
from tffsim.language.arrived_memory import ArrivedMemory, noting_arrivals
from tffsim.language.clients_at_home import ClientsLostError
from tffsim.language.containers import pack
from tffsim.language.identity_cache import IdentityCache
from tffsim.language.result_values import to_numpy
from tffsim.tracing.recording.active import active_recorder, begin_again, note_drop_outs

if TYPE_CHECKING:
    from tffsim.tracing.recording.recorder import Recorder

_log = logging.getLogger("tffsim")

CardinalityInferenceFn = Callable[[object, fl.Type], Mapping[PlacementLiteral, int]]
CompilerFn = Callable[[ConcreteComputation], ConcreteComputation]


@dataclasses.dataclass(frozen=True, slots=True)
class InvocationSettings:
    """What all invocations of one context share.

    Attributes:
        factory: Makes or lends execution stacks.
        compile: Returns an equivalent computation that runs faster.
        transform_args: Applied to the argument before anything else.
        transform_result: Applied to the result after everything else.
        infer_cardinalities: Tells from the argument how many clients there are.
        max_attempts: How often an invocation is tried when it fails in a way that may pass.
        warned: By computation, what its caller was warned of here.
    """

    factory: ExecutorFactory
    compile: CompilerFn | None
    transform_args: Callable[[object], object] | None
    transform_result: Callable[[object], object] | None
    infer_cardinalities: CardinalityInferenceFn
    max_attempts: int
    warned: IdentityCache[pb.Computation, list[str]] = dataclasses.field(
        default_factory=lambda: IdentityCache(lambda proto: [])
    )


def invoke(
    settings: InvocationSettings, computation: ConcreteComputation, argument: object
) -> Coroutine[object, object, object]:
    """Runs a computation; the order of the calls of `invoke` is that of their random numbers.

    Args:
        settings: Those of the context.
        computation: What was called.
        argument: Its packed argument, None without one, or a coroutine that returns it.

    Returns:
        The result: NumPy values, `tf.data.Dataset`s and the user's containers.

    Raises:
        ArgumentError: If the argument does not fit.
        CardinalityError: If the number of clients is ambiguous.
        ExecutionError: If the computation fails.
    """
    recorder = active_recorder()
    if recorder is not None:
        recorder.expect_invocation()
    return _invoke_at(start_run(), settings, computation, argument)


async def _invoke_at(
    place: Place | None, settings: InvocationSettings, computation: ConcreteComputation, argument: object
) -> object:
    if inspect.isawaitable(argument):
        argument = await argument
    name = name_of(computation)
    outer_place = current_place.get()
    current_place.set(place)
    try:
        return await _invoke(settings, computation, argument, name)
    except (ArgumentError, CardinalityError) as error:
        raise _hinted(named(error, name), settings, computation, argument) from None
    except Exception as error:
        raise _hinted(user_error(error, name), settings, computation, argument) from without_internals(error)
    finally:
        current_place.set(outer_place)


def _hinted(
    error: Exception, settings: InvocationSettings, computation: ConcreteComputation, argument: object
) -> Exception:
    is_as_given = settings.transform_args is None
    if not is_as_given or not isinstance(error, (ArgumentError, CardinalityError)):
        return error
    return hinted(error, computation, argument, name_of(computation))


def name_of(computation: object) -> str:
    """Returns the name of the function that a computation was made from."""
    return str(getattr(computation, "__name__", "computation"))


def timeout_error(computation: object, seconds: float | None) -> TimeoutError:
    """Returns what a context raises when an invocation takes too long."""
    return TimeoutError(
        f"`{name_of(computation)}` took longer than {seconds} s and was cancelled. "
        "Raise the context's `timeout`, or give it less work."
    )


async def _invoke(
    settings: InvocationSettings, computation: ConcreteComputation, argument: object, name: str
) -> object:
    # The result takes the containers of the computation before it is compiled.
    result_type = computation.type_signature.result
    parameter_type = computation.type_signature.parameter
    if settings.compile is not None:
        computation = settings.compile(computation)
    is_visiting = isinstance(settings.factory, VisitingFactory)
    cardinalities: Mapping[PlacementLiteral, int] = {}
    if parameter_type is not None:
        if settings.transform_args is not None:
            argument = settings.transform_args(argument)
        cardinalities = settings.infer_cardinalities(argument, parameter_type)
        # A stack that goes to the clients takes them one by one; others have all of them here anyway.
        argument = normalise_argument(argument, parameter_type, makes_on_demand=is_visiting)
        cardinalities = with_homes(cardinalities, argument, parameter_type, settings.factory)
    remark = untold_clients.remark(computation, settings.factory, cardinalities)
    if remark:
        _warn_once(settings, computation, name, remark)
    work = _attempt(settings, computation, Cohort(cardinalities, argument), parameter_type, name)
    recorder = active_recorder()
    if recorder is not None:
        participants = untold_clients.cardinalities_with_default(computation, settings.factory, cardinalities)
        work = recorder.record_invocation(name, computation, participants, work, remark)
    reading = number_warnings.reading(computation, name, recorder is not None)
    arriving = noting_arrivals() if is_visiting and recorder is None else contextlib.nullcontext(ArrivedMemory())
    # A mean of nobody is NaN: one word about it is enough.
    with contextlib.nullcontext() if remark else reading, arriving as arrived:
        result = await work
    packed = pack(to_numpy(result, arrived), result_type)
    return settings.transform_result(packed) if settings.transform_result is not None else packed


async def _attempt(
    settings: InvocationSettings,
    computation: ConcreteComputation,
    cohort: Cohort,
    parameter_type: fl.Type | None,
    name: str,
) -> object:
    place = current_place.get()
    for attempt in range(1, settings.max_attempts + 1):
        # Each attempt draws the same random numbers.
        current_place.set(place.from_the_start() if place is not None else None)
        try:
            if isinstance(settings.factory, VisitingFactory):
                return await _run_at_homes(settings, settings.factory, computation, cohort, parameter_type, name)
            with _stack(settings.factory, cohort.cardinalities) as executor:
                return await _run(computation, cohort.argument, parameter_type, executor)
        except RetryableError as error:
            if attempt == settings.max_attempts:
                raise
            # Doubling waits; the random part keeps several callers from returning together.
            seconds = 0.1 * 2**attempt * random.uniform(0.5, 1.0)
            _log.warning(
                "`%s` failed in a way that may pass: %s. Attempt %d of %d starts in %.1f s.",
                name, error, attempt + 1, settings.max_attempts, seconds,
            )  # fmt: skip
            await asyncio.sleep(seconds)
            begin_again()
    raise AssertionError("unreachable")


async def _run_at_homes(
    settings: InvocationSettings,
    factory: VisitingFactory,
    computation: ConcreteComputation,
    everybody: Cohort,
    parameter_type: fl.Type | None,
    name: str,
) -> object:
    place, lost, cohort = current_place.get(), set[str](), everybody
    while True:
        lost.update(await factory.prepare(cohort.cardinalities))
        # Once dropped out, always dropped out: so this ends, and no client is counted in one sum and not in another.
        cohort = everybody.without(lost, parameter_type)
        try:
            with _stack(settings.factory, cohort.cardinalities) as executor:
                result = await _run(computation, cohort.argument, parameter_type, executor)
            break
        except ClientsLostError as error:
            lost.add(error.home)
            if not factory.lets_clients_drop_out:
                raise
            if lost.issuperset(everybody.homes):
                told = drop_outs.nobody_left(everybody, error.reason)
                raise ClientsLostError(told, error.home, error.reason) from None
            cohort = everybody.without(lost, parameter_type)
            begin_again()
            current_place.set(place.from_the_start() if place is not None else None)
    remark = drop_outs.remark(everybody, cohort, lost)
    if remark:
        note_drop_outs(len(everybody.homes) - len(cohort.homes), remark)
        _warn_once(settings, computation, name, remark)
    return result


async def _run(
    computation: ConcreteComputation, argument: Any, parameter_type: fl.Type | None, executor: Executor
) -> object:
    # The handles of function and argument are gone before the work starts: what only the
    # work refers to can then be freed while it goes on.
    return await (await _call(executor, computation, argument, parameter_type)).compute()


async def _call(
    executor: Executor, computation: ConcreteComputation, argument: object, parameter_type: fl.Type | None
) -> ExecutorValue:
    function = await executor.create_value(computation.to_proto(), computation.type_signature)
    if parameter_type is None:
        return await executor.create_call(function)
    try:
        embedded = await executor.create_value(argument, parameter_type)
    except (TypeError, ValueError) as error:
        raise locate_argument(error) from error.__cause__
    return await executor.create_call(function, embedded)


@contextlib.contextmanager
def _stack(factory: ExecutorFactory, cardinalities: Mapping[PlacementLiteral, int]) -> Iterator[Executor]:
    if isinstance(factory, LendingFactory):
        with factory.lease(cardinalities) as executor:
            yield executor
        return
    recorder = active_recorder()
    try:
        if recorder is None:
            yield factory.create_executor(dict(cardinalities))
        else:
            yield _traced_stack(factory, cardinalities, recorder)
    except Exception:
        factory.clean_up_executor(dict(cardinalities))
        raise


def _traced_stack(
    factory: ExecutorFactory, cardinalities: Mapping[PlacementLiteral, int], recorder: "Recorder"
) -> Executor:
    stack = traced_stack(factory, cardinalities)
    if hides_its_parts(stack):
        recorder.remark(
            f"Only the top executor of this stack is recorded. A {type(factory).__name__} made it, which hooks "
            "no other: see `tffsim.hooked`."
        )
    return stack


def _warn_once(settings: InvocationSettings, computation: ConcreteComputation, name: str, remark: str) -> None:
    warned = settings.warned(building_blocks.to_proto(computation))
    if remark not in warned:
        warned.append(remark)
        warn(computation, f"`{name}`: {remark}")
