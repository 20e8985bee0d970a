"""Federated operators that `federated_language` leaves out, and where operators may be called."""
