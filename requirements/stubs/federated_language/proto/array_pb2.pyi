"""Types of `federated_language.proto.array_pb2`, which the library has no annotations for."""

import typing
from collections.abc import Iterable

from federated_language.proto import data_type_pb2
from google.protobuf.internal.containers import RepeatedScalarFieldContainer
from google.protobuf.message import Message

class ArrayShape(Message):
    @property
    def dim(self) -> RepeatedScalarFieldContainer[int]: ...
    unknown_rank: bool
    def __init__(self, *, dim: Iterable[int] = ..., unknown_rank: bool = ...) -> None: ...

class Array(Message):
    class BoolList(Message):
        @property
        def value(self) -> RepeatedScalarFieldContainer[bool]: ...
        def __init__(self, *, value: Iterable[bool] = ...) -> None: ...

    class IntList(Message):
        @property
        def value(self) -> RepeatedScalarFieldContainer[int]: ...
        def __init__(self, *, value: Iterable[int] = ...) -> None: ...

    class Int64List(Message):
        @property
        def value(self) -> RepeatedScalarFieldContainer[int]: ...
        def __init__(self, *, value: Iterable[int] = ...) -> None: ...

    class Uint32List(Message):
        @property
        def value(self) -> RepeatedScalarFieldContainer[int]: ...
        def __init__(self, *, value: Iterable[int] = ...) -> None: ...

    class Uint64List(Message):
        @property
        def value(self) -> RepeatedScalarFieldContainer[int]: ...
        def __init__(self, *, value: Iterable[int] = ...) -> None: ...

    class FloatList(Message):
        @property
        def value(self) -> RepeatedScalarFieldContainer[float]: ...
        def __init__(self, *, value: Iterable[float] = ...) -> None: ...

    class DoubleList(Message):
        @property
        def value(self) -> RepeatedScalarFieldContainer[float]: ...
        def __init__(self, *, value: Iterable[float] = ...) -> None: ...

    class BytesList(Message):
        @property
        def value(self) -> RepeatedScalarFieldContainer[bytes]: ...
        def __init__(self, *, value: Iterable[bytes] = ...) -> None: ...

    dtype: data_type_pb2.DataType.ValueType
    @property
    def shape(self) -> ArrayShape: ...
    content: bytes
    @property
    def bool_list(self) -> Array.BoolList: ...
    @property
    def int8_list(self) -> Array.IntList: ...
    @property
    def int16_list(self) -> Array.IntList: ...
    @property
    def int32_list(self) -> Array.IntList: ...
    @property
    def int64_list(self) -> Array.Int64List: ...
    @property
    def uint8_list(self) -> Array.IntList: ...
    @property
    def uint16_list(self) -> Array.IntList: ...
    @property
    def uint32_list(self) -> Array.Uint32List: ...
    @property
    def uint64_list(self) -> Array.Uint64List: ...
    @property
    def float16_list(self) -> Array.IntList: ...
    @property
    def float32_list(self) -> Array.FloatList: ...
    @property
    def float64_list(self) -> Array.DoubleList: ...
    @property
    def complex64_list(self) -> Array.FloatList: ...
    @property
    def complex128_list(self) -> Array.DoubleList: ...
    @property
    def bfloat16_list(self) -> Array.IntList: ...
    @property
    def string_list(self) -> Array.BytesList: ...
    def __init__(
        self,
        *,
        dtype: data_type_pb2.DataType.ValueType = ...,
        shape: ArrayShape | None = ...,
        content: bytes = ...,
        bool_list: Array.BoolList | None = ...,
        int8_list: Array.IntList | None = ...,
        int16_list: Array.IntList | None = ...,
        int32_list: Array.IntList | None = ...,
        int64_list: Array.Int64List | None = ...,
        uint8_list: Array.IntList | None = ...,
        uint16_list: Array.IntList | None = ...,
        uint32_list: Array.Uint32List | None = ...,
        uint64_list: Array.Uint64List | None = ...,
        float16_list: Array.IntList | None = ...,
        float32_list: Array.FloatList | None = ...,
        float64_list: Array.DoubleList | None = ...,
        complex64_list: Array.FloatList | None = ...,
        complex128_list: Array.DoubleList | None = ...,
        bfloat16_list: Array.IntList | None = ...,
        string_list: Array.BytesList | None = ...,
    ) -> None: ...
    def HasField(
        self,
        field_name: typing.Literal[
            "shape",
            "content",
            "bool_list",
            "int8_list",
            "int16_list",
            "int32_list",
            "int64_list",
            "uint8_list",
            "uint16_list",
            "uint32_list",
            "uint64_list",
            "float16_list",
            "float32_list",
            "float64_list",
            "complex64_list",
            "complex128_list",
            "bfloat16_list",
            "string_list",
        ],
    ) -> bool: ...
    @typing.overload
    def WhichOneof(
        self, oneof_group: typing.Literal["kind"]
    ) -> (
        typing.Literal[
            "bool_list",
            "int8_list",
            "int16_list",
            "int32_list",
            "int64_list",
            "uint8_list",
            "uint16_list",
            "uint32_list",
            "uint64_list",
            "float16_list",
            "float32_list",
            "float64_list",
            "complex64_list",
            "complex128_list",
            "bfloat16_list",
            "string_list",
        ]
        | None
    ): ...
    @typing.overload
    def WhichOneof(self, oneof_group: typing.Literal["_content"]) -> typing.Literal["content"] | None: ...
