"""Those modules of the library that are annotated in part."""
