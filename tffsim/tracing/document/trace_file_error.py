"""The one error that reading a trace file raises, beside those of the file system."""


class TraceFileError(ValueError):
    """A file is no trace, is damaged, or is of a version that this tffsim does not read."""
