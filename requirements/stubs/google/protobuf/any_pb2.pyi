"""A message of any type, packed."""

from google.protobuf.message import Message

class Any(Message):
    type_url: str
    value: bytes
    def __init__(self, *, type_url: str = ..., value: bytes = ...) -> None: ...
    def Pack(self, msg: object, type_url_prefix: str = ..., deterministic: bool | None = ...) -> None: ...
    def Unpack(self, msg: object) -> bool: ...
