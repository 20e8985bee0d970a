"""The messages between a controller and its workers, and what becomes of values, computations and errors in them.

`executor_pb2` and `executor_pb2_grpc` are generated from `executor.proto` by `make protos`.
"""
