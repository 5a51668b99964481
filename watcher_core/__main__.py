"""`python -m watcher_core` is `watcher`."""

from watcher_core.cli import main

if __name__ == "__main__":
    main()
