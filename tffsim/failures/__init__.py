"""Where and why something failed, and how it is told to the user.

Exceptions carry the place at which they arose (`failure_location`), errors for the user show her lines only
(`user_error`), and `definition_failure` knows what came out of a function while it became a computation.
Options that are wrong are refused before anything runs (`checked_numbers`).
"""
