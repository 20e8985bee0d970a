raise RuntimeError(f"{__name__} starts the other runtime; the adapter replaces it.")
