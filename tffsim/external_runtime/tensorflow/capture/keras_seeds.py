"""Seeds of Keras in captured graphs: without a seed by the user, every call draws a new one.

Keras picks the seeds that nobody gave in Python: when a layer, an initialiser or the first
random number is made. In a captured graph such a number would be a constant, and all
clients and rounds would draw the same numbers. Here it is an operation instead, which
picks a seed whenever the graph runs. What has a seed by the user starts from it in every
call.

A `SeedGenerator` remembers its position in a variable. One that was made outside of the
function has that variable elsewhere, so another one with the same seed takes its place;
the same goes for the one that all random numbers without a generator share.

Two methods and four functions of Keras are replaced, once per process. Outside of
captured graphs they do what they did before.
"""

import functools
import random
from collections.abc import Callable
from typing import Any

import tensorflow as tf
from keras import Initializer

from tffsim.external_runtime.tensorflow.capture.tensor_equality import CapturedGraph, captured_graph

try:
    from keras.src.backend.tensorflow import image as tensorflow_image
    from keras.src.backend.tensorflow import random as tensorflow_random
    from keras.src.initializers.random_initializers import RandomInitializer
    from keras.src.random import seed_generator
    from keras.src.random.seed_generator import SeedGenerator
except ImportError as error:
    raise ImportError(
        f"This version of Keras has moved a name that tffsim needs ({error}). "
        "Install the Keras version named in tffsim's requirements."
    ) from error

_MAX_SEED = 2**31 - 1

# Keras picks with Python's own stream. A capture must not move that one on.
_picks = random.Random()


def install() -> None:
    """Replaces what draws seeds in Keras; to be called once per process."""
    for module in (seed_generator, tensorflow_random):
        module.make_default_seed = _make_default_seed(module.make_default_seed)
    for module in (seed_generator, tensorflow_random, tensorflow_image):
        module.draw_seed = _draw_seed(module.draw_seed)
    SeedGenerator.__init__ = _init(SeedGenerator.__init__)
    SeedGenerator.next = _next(SeedGenerator.next)
    RandomInitializer.seed = _InitializerSeed()


class _PickedSeed(int):
    """A seed that Keras picked because the user gave none."""


class _PickingBackend:
    """The backend of Keras, except that a picked seed is picked again in every call."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def __getattr__(self, name: str) -> object:
        return getattr(self._backend, name)

    def convert_to_tensor(self, x: object, *args: object, **kwargs: object) -> object:
        if isinstance(x, list) and isinstance(x[0], _PickedSeed):
            return _pick_seed()
        return self._backend.convert_to_tensor(x, *args, **kwargs)


def _current_graph() -> CapturedGraph | None:
    return None if tf.executing_eagerly() else captured_graph(tf.compat.v1.get_default_graph())


def _pick_seed() -> tf.Tensor:
    """Returns a seed that is picked once in each call of the captured graph."""
    with tf.init_scope():
        return tf.random.uniform([2], 0, _MAX_SEED, tf.int64)


def _picked_seed(seed: _PickedSeed, graph: CapturedGraph) -> tf.Tensor:
    # An initialiser without a seed returns the same numbers when it is called again.
    if seed not in graph.seeds:
        graph.seeds[seed] = _pick_seed()
    return graph.seeds[seed]


def _generator_of(graph: CapturedGraph, outside: SeedGenerator | None) -> SeedGenerator:
    key = "shared by all" if outside is None else outside
    if key not in graph.seeds:
        with tf.init_scope():
            graph.seeds[key] = SeedGenerator(outside._initial_seed if outside is not None else None)
    return graph.seeds[key]


def _draw_seed(draw: Callable[[object], object]) -> Callable[[object], object]:
    @functools.wraps(draw)
    def draw_seed(seed: object) -> object:
        graph = _current_graph()
        if graph is not None:
            if seed is None:
                return _generator_of(graph, None).next(ordered=False)
            if isinstance(seed, _PickedSeed):
                return _picked_seed(seed, graph)
        return draw(seed)

    return draw_seed


def _make_default_seed(make: Callable[[], int]) -> Callable[[], int]:
    @functools.wraps(make)
    def make_default_seed() -> int:
        return make() if _current_graph() is None else _PickedSeed(_picks.getrandbits(62))

    return make_default_seed


def _init(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def initialise(self: SeedGenerator, seed: int | None = None, name: str | None = None, **kwargs: object) -> None:
        graph = _current_graph()
        if graph is None:
            init(self, seed, name, **kwargs)
            return
        backend = kwargs.pop("backend", None) or seed_generator.backend
        init(self, seed, name, backend=_PickingBackend(backend), **kwargs)
        self.backend = backend
        graph.seeds[self] = self

    return initialise


def _next(advance: Callable[..., object]) -> Callable[..., object]:
    @functools.wraps(advance)
    def next_seed(self: SeedGenerator, ordered: bool = True) -> object:
        graph = _current_graph()
        return advance(self if graph is None else _generator_of(graph, self), ordered)

    return next_seed


class _InitializerSeed:
    """The attribute `seed` of an initialiser, which tells a picked seed from the user's."""

    def __get__(self, initializer: Initializer, owner: type) -> object:
        if initializer is None:
            return self
        seed = vars(initializer)["seed"]
        is_picked = initializer._init_seed is None and _current_graph() is not None
        return _PickedSeed(seed) if is_picked else seed

    def __set__(self, initializer: object, seed: object) -> None:
        vars(initializer)["seed"] = seed
