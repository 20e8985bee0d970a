"""Types of `federated_language.proto.data_type_pb2`, which the library has no annotations for."""

import typing

class DataType:
    ValueType: typing.TypeAlias = int
    @staticmethod
    def Name(number: int) -> str: ...
    @staticmethod
    def Value(name: str) -> int: ...
    DT_INVALID: typing.Final = 0
    DT_BOOL: typing.Final = 10
    DT_INT8: typing.Final = 6
    DT_INT16: typing.Final = 5
    DT_INT32: typing.Final = 3
    DT_INT64: typing.Final = 9
    DT_UINT8: typing.Final = 4
    DT_UINT16: typing.Final = 17
    DT_UINT32: typing.Final = 22
    DT_UINT64: typing.Final = 23
    DT_HALF: typing.Final = 19
    DT_FLOAT: typing.Final = 1
    DT_DOUBLE: typing.Final = 2
    DT_COMPLEX64: typing.Final = 8
    DT_COMPLEX128: typing.Final = 18
    DT_BFLOAT16: typing.Final = 14
    DT_STRING: typing.Final = 7

DT_INVALID: typing.Final = 0
DT_BOOL: typing.Final = 10
DT_INT8: typing.Final = 6
DT_INT16: typing.Final = 5
DT_INT32: typing.Final = 3
DT_INT64: typing.Final = 9
DT_UINT8: typing.Final = 4
DT_UINT16: typing.Final = 17
DT_UINT32: typing.Final = 22
DT_UINT64: typing.Final = 23
DT_HALF: typing.Final = 19
DT_FLOAT: typing.Final = 1
DT_DOUBLE: typing.Final = 2
DT_COMPLEX64: typing.Final = 8
DT_COMPLEX128: typing.Final = 18
DT_BFLOAT16: typing.Final = 14
DT_STRING: typing.Final = 7
