"""The measured part of docs/faults.md, from docs/faults.json, which `make faults` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("faults.md")
RESULTS = Path(__file__).with_name("faults.json")
BEGIN, END = "<!-- measured: written by `make faults` -->", "<!-- measured: end -->"

# Seconds, as the table rounds them up: another run is another phase of the ticks.
CLASSES = (15, 30, 45, 60, 75, 90, 120, 180, 240)


def page() -> str:
    """Return the page with its measured part anew."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    return "\n".join([before + BEGIN, *_tables(found), END + after])


def _tables(found: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"Last measured on {found['date']}, on {found['machine']} that do other things too; the slowest of its runs."
    for section in dict.fromkeys(each["section"] for each in found["faults"]):
        yield f"\n### {section}\n\n| fault | what is said | where | how soon |\n|---|---|---|---|"
        for each in found["faults"]:
            if each["section"] == section:
                said = each["said"].replace("|", "\\|")
                yield f"| {each['fault']} | {said} | {each['where']} | {_soon(each['seconds'])} |"
    yield ""


def _soon(seconds: float) -> str:
    longest = next((each for each in CLASSES if seconds <= each), None)
    return f"{longest} s" if longest is not None else f"{seconds / 60:.0f} min"
