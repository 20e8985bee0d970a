"""Execution on other processes, which may be on other machines, over gRPC.

`wire` has the messages, `service` what a worker runs. The rest is the side of the controller,
which calls the workers: see `docs/design/remote_stack.md`. Needs the extra `tffsim[remote]`.
"""
