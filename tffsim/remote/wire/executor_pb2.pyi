from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Tensor(_message.Message):
    __slots__ = ("dtype", "shape", "content", "buffer_size")
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    BUFFER_SIZE_FIELD_NUMBER: _ClassVar[int]
    dtype: str
    shape: _containers.RepeatedScalarFieldContainer[int]
    content: bytes
    buffer_size: int
    def __init__(self, dtype: _Optional[str] = ..., shape: _Optional[_Iterable[int]] = ..., content: _Optional[bytes] = ..., buffer_size: _Optional[int] = ...) -> None: ...

class Struct(_message.Message):
    __slots__ = ("names", "elements")
    NAMES_FIELD_NUMBER: _ClassVar[int]
    ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    elements: _containers.RepeatedCompositeFieldContainer[Value]
    def __init__(self, names: _Optional[_Iterable[str]] = ..., elements: _Optional[_Iterable[_Union[Value, _Mapping]]] = ...) -> None: ...

class Run(_message.Message):
    __slots__ = ("length", "columns")
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    length: int
    columns: _containers.RepeatedCompositeFieldContainer[Tensor]
    def __init__(self, length: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[Tensor, _Mapping]]] = ...) -> None: ...

class Sequence(_message.Message):
    __slots__ = ("runs",)
    RUNS_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[Run]
    def __init__(self, runs: _Optional[_Iterable[_Union[Run, _Mapping]]] = ...) -> None: ...

class Federated(_message.Message):
    __slots__ = ("all_equal", "members", "runs", "payloads")
    ALL_EQUAL_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    PAYLOADS_FIELD_NUMBER: _ClassVar[int]
    all_equal: bool
    members: _containers.RepeatedCompositeFieldContainer[Value]
    runs: _containers.RepeatedCompositeFieldContainer[Run]
    payloads: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, all_equal: bool = ..., members: _Optional[_Iterable[_Union[Value, _Mapping]]] = ..., runs: _Optional[_Iterable[_Union[Run, _Mapping]]] = ..., payloads: _Optional[_Iterable[int]] = ...) -> None: ...

class Value(_message.Message):
    __slots__ = ("tensor", "struct", "sequence", "federated", "computation", "payload", "placement")
    TENSOR_FIELD_NUMBER: _ClassVar[int]
    STRUCT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    FEDERATED_FIELD_NUMBER: _ClassVar[int]
    COMPUTATION_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    tensor: Tensor
    struct: Struct
    sequence: Sequence
    federated: Federated
    computation: bytes
    payload: int
    placement: str
    def __init__(self, tensor: _Optional[_Union[Tensor, _Mapping]] = ..., struct: _Optional[_Union[Struct, _Mapping]] = ..., sequence: _Optional[_Union[Sequence, _Mapping]] = ..., federated: _Optional[_Union[Federated, _Mapping]] = ..., computation: _Optional[bytes] = ..., payload: _Optional[int] = ..., placement: _Optional[str] = ...) -> None: ...

class Computation(_message.Message):
    __slots__ = ("digest", "content", "payload", "provenance")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    digest: bytes
    content: bytes
    payload: int
    provenance: bytes
    def __init__(self, digest: _Optional[bytes] = ..., content: _Optional[bytes] = ..., payload: _Optional[int] = ..., provenance: _Optional[bytes] = ...) -> None: ...

class Place(_message.Message):
    __slots__ = ("seed", "number_of_run", "path", "counter")
    SEED_FIELD_NUMBER: _ClassVar[int]
    NUMBER_OF_RUN_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    COUNTER_FIELD_NUMBER: _ClassVar[int]
    seed: int
    number_of_run: int
    path: _containers.RepeatedScalarFieldContainer[int]
    counter: int
    def __init__(self, seed: _Optional[int] = ..., number_of_run: _Optional[int] = ..., path: _Optional[_Iterable[int]] = ..., counter: _Optional[int] = ...) -> None: ...

class CreateCall(_message.Message):
    __slots__ = ("function", "argument")
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    ARGUMENT_FIELD_NUMBER: _ClassVar[int]
    function: int
    argument: int
    def __init__(self, function: _Optional[int] = ..., argument: _Optional[int] = ...) -> None: ...

class CreateStruct(_message.Message):
    __slots__ = ("names", "elements")
    NAMES_FIELD_NUMBER: _ClassVar[int]
    ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    elements: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, names: _Optional[_Iterable[str]] = ..., elements: _Optional[_Iterable[int]] = ...) -> None: ...

class CreateSelection(_message.Message):
    __slots__ = ("source", "index")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    source: int
    index: int
    def __init__(self, source: _Optional[int] = ..., index: _Optional[int] = ...) -> None: ...

class CreateValue(_message.Message):
    __slots__ = ("type", "value")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    type: bytes
    value: Value
    def __init__(self, type: _Optional[bytes] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("id", "value", "call", "struct", "selection", "place", "keep", "node")
    ID_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CALL_FIELD_NUMBER: _ClassVar[int]
    STRUCT_FIELD_NUMBER: _ClassVar[int]
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    KEEP_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    id: int
    value: CreateValue
    call: CreateCall
    struct: CreateStruct
    selection: CreateSelection
    place: Place
    keep: bool
    node: int
    def __init__(self, id: _Optional[int] = ..., value: _Optional[_Union[CreateValue, _Mapping]] = ..., call: _Optional[_Union[CreateCall, _Mapping]] = ..., struct: _Optional[_Union[CreateStruct, _Mapping]] = ..., selection: _Optional[_Union[CreateSelection, _Mapping]] = ..., place: _Optional[_Union[Place, _Mapping]] = ..., keep: bool = ..., node: _Optional[int] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("type", "message", "traceback", "location", "notes")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TRACEBACK_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    type: str
    message: str
    traceback: str
    location: str
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, type: _Optional[str] = ..., message: _Optional[str] = ..., traceback: _Optional[str] = ..., location: _Optional[str] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class Suspect(_message.Message):
    __slots__ = ("held", "client", "makers")
    HELD_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    MAKERS_FIELD_NUMBER: _ClassVar[int]
    held: str
    client: int
    makers: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, held: _Optional[str] = ..., client: _Optional[int] = ..., makers: _Optional[_Iterable[int]] = ...) -> None: ...

class GetExecutorRequest(_message.Message):
    __slots__ = ("session", "num_clients", "first_client", "cohort_size", "is_traced")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NUM_CLIENTS_FIELD_NUMBER: _ClassVar[int]
    FIRST_CLIENT_FIELD_NUMBER: _ClassVar[int]
    COHORT_SIZE_FIELD_NUMBER: _ClassVar[int]
    IS_TRACED_FIELD_NUMBER: _ClassVar[int]
    session: str
    num_clients: int
    first_client: int
    cohort_size: int
    is_traced: bool
    def __init__(self, session: _Optional[str] = ..., num_clients: _Optional[int] = ..., first_client: _Optional[int] = ..., cohort_size: _Optional[int] = ..., is_traced: bool = ...) -> None: ...

class GetExecutorResponse(_message.Message):
    __slots__ = ("executor",)
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    executor: str
    def __init__(self, executor: _Optional[str] = ...) -> None: ...

class CreateValueRequest(_message.Message):
    __slots__ = ("header", "chunk")
    class Header(_message.Message):
        __slots__ = ("session", "id", "value")
        SESSION_FIELD_NUMBER: _ClassVar[int]
        ID_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        session: str
        id: int
        value: Value
        def __init__(self, session: _Optional[str] = ..., id: _Optional[int] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: CreateValueRequest.Header
    chunk: bytes
    def __init__(self, header: _Optional[_Union[CreateValueRequest.Header, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class CreateValueResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CreateCallRequest(_message.Message):
    __slots__ = ("session", "executor", "id", "call")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    CALL_FIELD_NUMBER: _ClassVar[int]
    session: str
    executor: str
    id: int
    call: CreateCall
    def __init__(self, session: _Optional[str] = ..., executor: _Optional[str] = ..., id: _Optional[int] = ..., call: _Optional[_Union[CreateCall, _Mapping]] = ...) -> None: ...

class CreateStructRequest(_message.Message):
    __slots__ = ("session", "executor", "id", "struct")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    STRUCT_FIELD_NUMBER: _ClassVar[int]
    session: str
    executor: str
    id: int
    struct: CreateStruct
    def __init__(self, session: _Optional[str] = ..., executor: _Optional[str] = ..., id: _Optional[int] = ..., struct: _Optional[_Union[CreateStruct, _Mapping]] = ...) -> None: ...

class CreateSelectionRequest(_message.Message):
    __slots__ = ("session", "executor", "id", "selection")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    session: str
    executor: str
    id: int
    selection: CreateSelection
    def __init__(self, session: _Optional[str] = ..., executor: _Optional[str] = ..., id: _Optional[int] = ..., selection: _Optional[_Union[CreateSelection, _Mapping]] = ...) -> None: ...

class ComputeRequest(_message.Message):
    __slots__ = ("session", "executor", "id")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    session: str
    executor: str
    id: int
    def __init__(self, session: _Optional[str] = ..., executor: _Optional[str] = ..., id: _Optional[int] = ...) -> None: ...

class ComputeResponse(_message.Message):
    __slots__ = ("value", "chunk", "failure")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    value: Value
    chunk: bytes
    failure: Failure
    def __init__(self, value: _Optional[_Union[Value, _Mapping]] = ..., chunk: _Optional[bytes] = ..., failure: _Optional[_Union[Failure, _Mapping]] = ...) -> None: ...

class ShareMemoryRequest(_message.Message):
    __slots__ = ("session", "key", "name", "num_bytes", "segment", "is_for_results", "kept")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NUM_BYTES_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    IS_FOR_RESULTS_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    session: str
    key: str
    name: str
    num_bytes: int
    segment: int
    is_for_results: bool
    kept: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, session: _Optional[str] = ..., key: _Optional[str] = ..., name: _Optional[str] = ..., num_bytes: _Optional[int] = ..., segment: _Optional[int] = ..., is_for_results: bool = ..., kept: _Optional[_Iterable[int]] = ...) -> None: ...

class ShareMemoryResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Region(_message.Message):
    __slots__ = ("segment", "num_bytes", "is_last", "is_lent")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    NUM_BYTES_FIELD_NUMBER: _ClassVar[int]
    IS_LAST_FIELD_NUMBER: _ClassVar[int]
    IS_LENT_FIELD_NUMBER: _ClassVar[int]
    segment: int
    num_bytes: int
    is_last: bool
    is_lent: bool
    def __init__(self, segment: _Optional[int] = ..., num_bytes: _Optional[int] = ..., is_last: bool = ..., is_lent: bool = ...) -> None: ...

class TakeFromMemoryRequest(_message.Message):
    __slots__ = ("header", "region")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    header: CreateValueRequest.Header
    region: Region
    def __init__(self, header: _Optional[_Union[CreateValueRequest.Header, _Mapping]] = ..., region: _Optional[_Union[Region, _Mapping]] = ...) -> None: ...

class ComputeIntoMemoryRequest(_message.Message):
    __slots__ = ("compute", "region")
    COMPUTE_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    compute: ComputeRequest
    region: Region
    def __init__(self, compute: _Optional[_Union[ComputeRequest, _Mapping]] = ..., region: _Optional[_Union[Region, _Mapping]] = ...) -> None: ...

class BatchRequest(_message.Message):
    __slots__ = ("session", "executor", "computations", "steps", "compute", "send_result", "place", "watch_numbers", "dispose", "watch_spans", "number")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    COMPUTATIONS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    COMPUTE_FIELD_NUMBER: _ClassVar[int]
    SEND_RESULT_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    WATCH_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    DISPOSE_FIELD_NUMBER: _ClassVar[int]
    WATCH_SPANS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    session: str
    executor: str
    computations: _containers.RepeatedCompositeFieldContainer[Computation]
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    compute: int
    send_result: bool
    place: Place
    watch_numbers: bool
    dispose: _containers.RepeatedScalarFieldContainer[int]
    watch_spans: bool
    number: int
    def __init__(self, session: _Optional[str] = ..., executor: _Optional[str] = ..., computations: _Optional[_Iterable[_Union[Computation, _Mapping]]] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., compute: _Optional[int] = ..., send_result: bool = ..., place: _Optional[_Union[Place, _Mapping]] = ..., watch_numbers: bool = ..., dispose: _Optional[_Iterable[int]] = ..., watch_spans: bool = ..., number: _Optional[int] = ...) -> None: ...

class Spans(_message.Message):
    __slots__ = ("rows", "lists", "types", "under_way", "program", "part")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    UNDER_WAY_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    rows: bytes
    lists: bytes
    types: _containers.RepeatedScalarFieldContainer[bytes]
    under_way: bytes
    program: int
    part: int
    def __init__(self, rows: _Optional[bytes] = ..., lists: _Optional[bytes] = ..., types: _Optional[_Iterable[bytes]] = ..., under_way: _Optional[bytes] = ..., program: _Optional[int] = ..., part: _Optional[int] = ...) -> None: ...

class Moments(_message.Message):
    __slots__ = ("received", "answered")
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_FIELD_NUMBER: _ClassVar[int]
    received: int
    answered: int
    def __init__(self, received: _Optional[int] = ..., answered: _Optional[int] = ...) -> None: ...

class BatchResponse(_message.Message):
    __slots__ = ("value", "is_large", "failure", "unknown", "suspects", "spans", "num_bytes")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    IS_LARGE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    SUSPECTS_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    NUM_BYTES_FIELD_NUMBER: _ClassVar[int]
    value: Value
    is_large: bool
    failure: Failure
    unknown: Digests
    suspects: _containers.RepeatedCompositeFieldContainer[Suspect]
    spans: _containers.RepeatedCompositeFieldContainer[Spans]
    num_bytes: int
    def __init__(self, value: _Optional[_Union[Value, _Mapping]] = ..., is_large: bool = ..., failure: _Optional[_Union[Failure, _Mapping]] = ..., unknown: _Optional[_Union[Digests, _Mapping]] = ..., suspects: _Optional[_Iterable[_Union[Suspect, _Mapping]]] = ..., spans: _Optional[_Iterable[_Union[Spans, _Mapping]]] = ..., num_bytes: _Optional[int] = ...) -> None: ...

class Digests(_message.Message):
    __slots__ = ("digests",)
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    digests: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, digests: _Optional[_Iterable[bytes]] = ...) -> None: ...

class DisposeRequest(_message.Message):
    __slots__ = ("session", "ids")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    session: str
    ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, session: _Optional[str] = ..., ids: _Optional[_Iterable[int]] = ...) -> None: ...

class DisposeResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DisposeExecutorRequest(_message.Message):
    __slots__ = ("session", "executor")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    session: str
    executor: str
    def __init__(self, session: _Optional[str] = ..., executor: _Optional[str] = ...) -> None: ...

class DisposeExecutorResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class KeepAliveRequest(_message.Message):
    __slots__ = ("session", "begin", "protocol")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    BEGIN_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    session: str
    begin: bool
    protocol: int
    def __init__(self, session: _Optional[str] = ..., begin: bool = ..., protocol: _Optional[int] = ...) -> None: ...

class KeepAliveResponse(_message.Message):
    __slots__ = ("lease_seconds", "memory_bytes", "worker", "max_value_bytes", "num_clients", "moments")
    class NumClientsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    LEASE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    MAX_VALUE_BYTES_FIELD_NUMBER: _ClassVar[int]
    NUM_CLIENTS_FIELD_NUMBER: _ClassVar[int]
    MOMENTS_FIELD_NUMBER: _ClassVar[int]
    lease_seconds: float
    memory_bytes: int
    worker: str
    max_value_bytes: int
    num_clients: _containers.ScalarMap[str, int]
    moments: Moments
    def __init__(self, lease_seconds: _Optional[float] = ..., memory_bytes: _Optional[int] = ..., worker: _Optional[str] = ..., max_value_bytes: _Optional[int] = ..., num_clients: _Optional[_Mapping[str, int]] = ..., moments: _Optional[_Union[Moments, _Mapping]] = ...) -> None: ...

class EndSessionRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class EndSessionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class FollowRequest(_message.Message):
    __slots__ = ("session", "num_parts")
    class NumPartsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: int
        def __init__(self, key: _Optional[int] = ..., value: _Optional[int] = ...) -> None: ...
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NUM_PARTS_FIELD_NUMBER: _ClassVar[int]
    session: str
    num_parts: _containers.ScalarMap[int, int]
    def __init__(self, session: _Optional[str] = ..., num_parts: _Optional[_Mapping[int, int]] = ...) -> None: ...

class FollowResponse(_message.Message):
    __slots__ = ("spans", "is_draining")
    SPANS_FIELD_NUMBER: _ClassVar[int]
    IS_DRAINING_FIELD_NUMBER: _ClassVar[int]
    spans: _containers.RepeatedCompositeFieldContainer[Spans]
    is_draining: bool
    def __init__(self, spans: _Optional[_Iterable[_Union[Spans, _Mapping]]] = ..., is_draining: bool = ...) -> None: ...
