"""What `federated_language` leaves open: building blocks, struct types, containers, provenance, intrinsics.

Everything else builds on these; nothing here imports another part of tffsim, or TensorFlow.
"""
