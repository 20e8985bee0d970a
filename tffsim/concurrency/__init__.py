"""Running many things, and stopping them: side by side, in threads, in event loops, later, or never.

`concurrency` runs coroutines at no cost when they do not wait, `worker_pool` has the threads for long calls, `deferred`
is work that runs when somebody asks, `cancellation` ends an invocation. `activity` says what runs now, and for whom.
"""
