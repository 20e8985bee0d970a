"""How the external runtime, TensorFlow, is started: without a word, unless something is wrong.

`tensorflow_startup` says what of TensorFlow's start-up text is noise, `native_messages`
keeps it off the terminal. Called by the public face when tffsim is imported, and by
`cli`. Imports nothing of tffsim, and TensorFlow only after somebody else has.
"""
