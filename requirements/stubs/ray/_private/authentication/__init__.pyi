"""Tokens of Ray."""
