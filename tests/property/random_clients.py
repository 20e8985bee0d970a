"""Random client functions over random data sets."""

import collections
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import federated_language as fl
import numpy as np
import tensorflow as tf
from hypothesis import strategies as st

from tffsim.computations.tensorflow_computation import tf_computation

LONG = 70
"""More elements than any part of a loop takes at once."""

SHAPES = {"fixed": [2], "unknown length": [None], "unknown rank": None}


@dataclasses.dataclass
class Data:
    """Client data that counts how often it is produced.

    Attributes:
        length: How many elements it has.
        shape: A key of `SHAPES`: what the type says of the component `x`.
        fails_at: The element that cannot be read; None if all can.
        in_memory: Whether the elements are tensors and not produced one by one.
        steps: Names of what the caller did with the data set.
        produced: The elements that were produced so far.
    """

    length: int
    shape: str
    fails_at: int | None
    in_memory: bool
    steps: tuple[str, ...]
    produced: list[int] = dataclasses.field(default_factory=list)

    @property
    def type_signature(self) -> fl.SequenceType:
        x = fl.TensorType(np.float32, SHAPES[self.shape])
        fields = collections.OrderedDict(x=x, n=fl.TensorType(np.int64), about=[(fl.TensorType(np.str_),)])
        return fl.SequenceType(fl.to_type(fields))

    def make(self) -> tf.data.Dataset:
        spec = collections.OrderedDict(
            x=tf.TensorSpec(SHAPES[self.shape], tf.float32),
            n=tf.TensorSpec([], tf.int64),
            about=((tf.TensorSpec([], tf.string),),),
        )
        if self.in_memory and self.shape == "fixed":
            dataset = tf.data.Dataset.from_tensor_slices(self._columns())
        else:
            dataset = tf.data.Dataset.from_generator(self._elements, output_signature=spec)
        return after(dataset, self.steps)

    def _columns(self) -> dict[str, Any]:
        rows = [self._element(n) for n in range(self.length)]
        return collections.OrderedDict(
            x=np.array([row["x"] for row in rows], np.float32).reshape(-1, 2),
            n=np.array([row["n"] for row in rows], np.int64),
            about=((tf.constant([name_of(row) for row in rows], tf.string),),),
        )

    def _elements(self) -> Iterator[Any]:
        for n in range(self.length):
            if n == self.fails_at:
                raise ValueError("This element cannot be read.")
            self.produced.append(n)
            yield self._element(n)

    def _element(self, n: int) -> dict[str, Any]:
        size = {"fixed": (2,), "unknown length": (n % 3,), "unknown rank": (2,) * (n % 3)}[self.shape]
        x = np.random.RandomState(n).standard_normal(size).astype(np.float32)
        return collections.OrderedDict(x=x, n=np.int64(n), about=((f"client {n}",),))


STEPS: dict[str, Callable[[tf.data.Dataset], tf.data.Dataset]] = {
    "shuffle": lambda data: data.shuffle(3, seed=5),
    "repeat": lambda data: data.repeat(2),
    "take": lambda data: data.take(4),
    "skip": lambda data: data.skip(1),
    "filter": lambda data: data.filter(lambda element: element["n"] % 3 != 1),
    "prefetch": lambda data: data.prefetch(2),
    "map": lambda data: data.map(lambda element: {**element, "n": element["n"] + 1}),
    "interleave": lambda data: tf.data.Dataset.range(2).interleave(lambda _: data, cycle_length=2),
    "concatenate": lambda data: data.concatenate(data.take(1)),
}


def after(dataset: tf.data.Dataset, steps: tuple[str, ...]) -> tf.data.Dataset:
    for step in steps:
        dataset = STEPS[step](dataset)
    return dataset


def name_of(element: Any) -> Any:
    """Returns what lies in a struct in a struct."""
    return element["about"][0][0]


def first_state() -> Any:
    return tf.constant(0.25), tf.constant(1, tf.int64), tf.constant("")


def next_state(state: Any, element: Any) -> Any:
    """Depends on every component and on the order of the elements."""
    total, count, names = state
    total = total * 0.75 + tf.reduce_sum(element["x"]) / tf.cast(count, tf.float32)
    names = tf.strings.join([names, tf.strings.reduce_join(name_of(element))], ",")
    return total, count + tf.reduce_max(element["n"]), names


def reduced(data: tf.data.Dataset) -> Any:
    return data.reduce(first_state(), next_state)


@tf.function
def walked(data: tf.data.Dataset) -> Any:
    total, count, names = first_state()
    for element in data:
        total, count, names = next_state((total, count, names), element)
    return total, count, names


@tf.function
def left_early(data: tf.data.Dataset) -> Any:
    total, count, names = first_state()
    for element in data:
        if tf.reduce_max(element["n"]) == 2:
            continue
        total, count, names = next_state((total, count, names), element)
        if count > 4:
            break
    return total, count, names


@tf.function
def in_epochs(data: tf.data.Dataset) -> Any:
    total, count, names = first_state()
    for epoch in tf.range(2):
        for position, element in data.enumerate():
            total, count, names = next_state((total, count, names), element)
            count += position * tf.cast(epoch, tf.int64)
    return total, count, names


def twice(data: tf.data.Dataset) -> Any:
    first = reduced(data)
    return first, data.reduce(first[0], lambda state, element: state - tf.reduce_sum(element["x"]))


def in_a_condition(data: tf.data.Dataset) -> Any:
    long = data.take(3).reduce(0, lambda count, _: count + 1) > 2
    return tf.cond(long, lambda: reduced(data), lambda: walked(data.skip(1)))


def with_variables(data: tf.data.Dataset) -> Any:
    total, count = tf.Variable(0.5), tf.Variable(0)

    @tf.function
    def walk() -> None:
        for element in data:
            total.assign(total * 0.5 + tf.reduce_sum(element["x"]))
            count.assign_add(1)

    walk()
    return total.read_value(), count.read_value()


def with_keras(data: tf.data.Dataset) -> Any:
    dense = tf.keras.layers.Dense(2, kernel_initializer=tf.keras.initializers.Constant(0.3))
    dense.build((None, 1))
    optimizer = tf.keras.optimizers.Adam(0.1)
    optimizer.build(dense.trainable_variables)

    @tf.function
    def train() -> Any:
        loss = tf.constant(0.0)
        for element in data:
            with tf.GradientTape() as tape:
                loss += tf.reduce_sum((dense(tf.reshape(element["x"], [-1, 1])) - 1.0) ** 2)
            optimizer.apply(tape.gradient(loss, dense.trainable_variables), dense.trainable_variables)
        return loss

    return train(), [tf.identity(variable) for variable in dense.trainable_variables]


def weighted(state: Any, weight: tf.Tensor) -> Any:
    total, count, names = state
    return total * weight, count, names


def with_weight_in_the_step(data: tf.data.Dataset, weight: tf.Tensor) -> Any:
    return data.reduce(first_state(), lambda state, element: weighted(next_state(state, element), weight))


def with_weight_in_the_state(data: tf.data.Dataset, weight: tf.Tensor) -> Any:
    return data.reduce(weighted(first_state(), weight), next_state)


def with_weight_in_a_walk(data: tf.data.Dataset, weight: tf.Tensor) -> Any:
    @tf.function
    def walk() -> Any:
        total, count, names = first_state()
        for element in data:
            total, count, names = weighted(next_state((total, count, names), element), weight)
        return total, count, names

    return walk()


def with_weight_beside(data: tf.data.Dataset, weight: tf.Tensor) -> Any:
    return walked(data), 2 * weight


def with_weight_nowhere(data: tf.data.Dataset, weight: tf.Tensor) -> Any:
    return reduced(data)


CLIENTS = {
    "reduced": reduced,
    "walked": walked,
    "left early": left_early,
    "in epochs": in_epochs,
    "twice": twice,
    "in a condition": in_a_condition,
    "with variables": with_variables,
    "with keras": with_keras,
}
WEIGHTED_CLIENTS = {
    "with weight in the step": with_weight_in_the_step,
    "with weight in the state": with_weight_in_the_state,
    "with weight in a walk": with_weight_in_a_walk,
    "with weight beside": with_weight_beside,
    "with weight nowhere": with_weight_nowhere,
}
READS_ONCE = frozenset(["reduced", "walked", "with variables", "with keras"])


@dataclasses.dataclass
class Client:
    """A client function and its data.

    Attributes:
        loop: A key of `CLIENTS`, or of `WEIGHTED_CLIENTS`.
        steps: Names of what the client does with its data before it reads them.
        batch: How many elements it reads at once; None if one.
        data: Its data.
    """

    loop: str
    steps: tuple[str, ...]
    batch: int | None
    data: Data

    @property
    def has_weight(self) -> bool:
        """Whether it takes a weight beside its data."""
        return self.loop in WEIGHTED_CLIENTS

    def computation(self) -> Any:
        def client(data: tf.data.Dataset) -> Any:
            return CLIENTS[self.loop](self._read(data))

        def weighted_client(data: tf.data.Dataset, weight: tf.Tensor) -> Any:
            return WEIGHTED_CLIENTS[self.loop](self._read(data), weight)

        if self.has_weight:
            return tf_computation(weighted_client, self.data.type_signature, np.float32)
        return tf_computation(client, self.data.type_signature)

    def _read(self, data: tf.data.Dataset) -> tf.data.Dataset:
        data = after(data, self.steps)
        return data if self.batch is None else data.batch(self.batch)


@st.composite
def clients(draw: Any, loop: str) -> Client:
    """Draws clients that loop over their data in one way, a key of `CLIENTS` or `WEIGHTED_CLIENTS`."""
    length, shape = draw(st.integers(0, 7) | st.just(LONG)), draw(st.sampled_from(sorted(SHAPES)))
    fails_at = draw(st.none() | st.integers(0, max(length - 1, 0)))
    steps = st.lists(st.sampled_from(sorted(STEPS)), max_size=2).map(tuple)
    data = Data(length, shape, fails_at, draw(st.booleans()), draw(steps))
    batch = draw(st.none() | st.integers(1, 3)) if shape == "fixed" else None
    return Client(loop, draw(steps), batch, data)
