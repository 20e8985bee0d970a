"""Execution stacks: factories that assemble executors for a number of clients.

A stack is built when a computation runs, because only its argument tells how many
clients there are. `local` makes the stack that runs everything in this process,
`debug` the one that runs step by step in the calling thread, `sizing` the one that
counts what each client sends and receives. Execution contexts lease stacks from these
factories. May import `tffsim.executors`; loads TensorFlow only to build a leaf.
"""
