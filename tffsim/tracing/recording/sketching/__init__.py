"""Saying in a few numbers what a value was, without touching or keeping it."""
