"""The mistakes that people make with computations, each with a sentence that says what to do.

`call_mistakes` knows those of a call, the others those of a definition: of its signature, of the operators, of
TensorFlow code. What was wrong is found in facts, not in messages.
"""
