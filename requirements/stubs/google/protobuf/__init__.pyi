"""The little of protobuf that tffsim needs; TensorFlow's own messages stay untyped."""
