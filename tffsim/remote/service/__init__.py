"""What a worker runs: `ExecutorService`, sessions with leases, credentials, and which operations are allowed."""
