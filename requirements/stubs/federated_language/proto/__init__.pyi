"""The protos of federated_language: stubs, because generated code has no annotations."""
