"""The external runtime: what does the mathematics. It knows types and values, no placements and no clients."""
