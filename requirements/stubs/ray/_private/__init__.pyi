"""Insides of Ray."""
