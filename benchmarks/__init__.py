"""What Watcher costs, beside the raw limit of the same machine at the same time: `python -m benchmarks`."""
