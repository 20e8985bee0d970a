"""Values as TensorFlow takes them: tensors, datasets, and arithmetic on structures of them."""
