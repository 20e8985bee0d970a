"""Values of TensorFlow that are no dense tensors: what becomes one, and what to use instead.

A gradient of which TensorFlow computed only some rows (`tf.IndexedSlices`) stands for the
whole, and becomes it. So do the rows of a ragged tensor, which a dataset hands out one by
one: each is a dense tensor. Other ragged and sparse values have parts, and what the parts
mean is for the user to say.
"""

import warnings

import tensorflow as tf

_PARTS = (
    (tf.RaggedTensor, tf.RaggedTensorSpec, "`.values` and `.row_splits`, or `.to_tensor()`"),
    (tf.SparseTensor, tf.SparseTensorSpec, "`.indices`, `.values` and `.dense_shape`, or `tf.sparse.to_dense` of it"),
)


def is_sparse(value: object) -> bool:
    """Whether a value is a ragged or sparse tensor."""
    return isinstance(value, (tf.RaggedTensor, tf.SparseTensor))


def not_dense(found: object) -> str:
    """Returns a sentence that says what to use instead of a ragged or sparse value.

    Args:
        found: A value, or a specification of one.
    """
    for value_class, spec_class, instead in _PARTS:
        if isinstance(found, (value_class, spec_class)):
            return f"Computations carry dense tensors, no `tf.{value_class.__name__}`. Use its {instead}."
    return f"Computations carry dense tensors, no `{type(found).__name__}`. Use the tensors that it holds."


def to_dense(slices: tf.IndexedSlices, path: str) -> tf.Tensor:
    """Returns the whole of a gradient of which TensorFlow computed only some rows.

    Args:
        slices: The rows.
        path: What they are called in messages.

    Raises:
        TypeError: If they do not know how large the whole is.
    """
    if slices.dense_shape is None:
        raise TypeError(
            f"Expected a tensor in {path}, found `tf.IndexedSlices` that do not know the shape of the whole. "
            "Give them a `dense_shape`, or add them to zeros of that shape yourself."
        )
    with warnings.catch_warnings():
        # TensorFlow warns that a whole table takes memory; here nothing else was asked for.
        warnings.simplefilter("ignore", UserWarning)
        return tf.convert_to_tensor(slices)


def is_row(spec: object) -> bool:
    """Whether an element of a dataset is a row of a ragged tensor, which is dense itself."""
    return isinstance(spec, tf.RaggedTensorSpec) and spec.ragged_rank == 0


def with_dense_rows(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Returns a dataset that gives rows of ragged tensors as tensors; itself if it has none."""
    spec = dataset.element_spec
    if not any(is_row(component) for component in tf.nest.flatten(spec)):
        return dataset

    def same(*element: object) -> object:
        # `map` unpacks a plain tuple into arguments and passes anything else whole.
        return element if type(spec) is tuple else element[0]

    return dataset.map(same)
