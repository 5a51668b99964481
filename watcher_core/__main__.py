"""`python -m watcher_core` is `watcher`."""

from __future__ import annotations

import gc
import os
import sys

try:
    from watcher_core import interrupts
except KeyboardInterrupt:
    os._exit(130)


def main() -> None:
    """Run the command line. A command of cron starts often: `run` is read without the rest."""
    interrupts.end_silently()
    interrupts.end_as_first_process()
    try:
        _run()
    finally:
        interrupts.end_silently()


def _run() -> None:
    if sys.argv[1:2] == ["run"]:
        from watcher_core import shell
        from watcher_core.errors import WatcherError

        request = shell.read_arguments(sys.argv[2:])
        if request is not None:
            try:
                status = shell.run_command(request)
            except WatcherError as exc:
                sys.exit(f"error: {exc}")
            shell.end_like(status)
    # What a command loads stays: to look through it for garbage is a tenth of a listing's time.
    gc.set_threshold(20_000)
    from watcher_core import cli

    return cli.main()


if __name__ == "__main__":
    main()
