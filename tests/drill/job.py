"""A job outside Dagster, once and again until a file says stop; it writes down itself what it has done.

Arguments: the pipeline, and the file for what is done. A line is written before and after each block of `track`.
"""

import json
import random
import sys
import time
import uuid
from pathlib import Path

from watcher_core import Watcher


def main(pipeline: str, ledger: Path) -> None:
    def write(**line: object) -> None:
        with ledger.open("a") as file:
            file.write(json.dumps(line) + "\n")

    moves = pipeline.endswith("watermark")
    with Watcher() as watcher:
        is_over = False
        while not is_over:
            is_over = ledger.with_suffix(".stop").exists()
            identity = str(uuid.uuid4())
            number = random.randrange(1_000)
            write(phase="began", id=identity)
            ahead = f"{time.time():.6f}" if moves else None
            with watcher.track(pipeline, execution_metadata={"ledger": identity}, next_watermark=ahead) as execution:
                time.sleep(0.3 * random.random())
                execution.record(inserts=number)
            write(phase="ended", id=identity, inserts=number)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
