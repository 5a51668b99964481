"""The rules of a pipeline in words: what holds, where it comes from, and how to change it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple

from watcher_core import text, values
from watcher_core.enums import AlertKind

CHECKS = {
    AlertKind.FRESHNESS: "Freshness",
    AlertKind.TIMELINESS: "Timeliness",
    AlertKind.FAILURE: "Failures",
}
# What people write where there is no rule yet.
EXAMPLES = {AlertKind.FRESHNESS: (1, "day"), AlertKind.TIMELINESS: (30, "minute")}


class Rule(NamedTuple):
    """A rule.

    Attributes:
        check: What it is about.
        value: What holds, in words.
        source: Whose it is: the pipeline's, its type's, or nobody's.
        muted_by: What mutes it; `None` where nothing does.
        command: What changes it on the command line.
        code: What declares it in the code of an asset.
    """

    check: str
    value: str
    source: str
    muted_by: str | None
    command: str
    code: str


def rules(pipeline: values.Pipeline, thresholds: Sequence[values.EffectiveThreshold]) -> list[Rule]:
    """Return the rules of checks, in words."""
    return [_rule(pipeline, threshold) for threshold in thresholds if threshold.kind in CHECKS]


def _rule(pipeline: values.Pipeline, threshold: values.EffectiveThreshold) -> Rule:
    kind, number = threshold.kind, threshold.number
    if kind is AlertKind.FAILURE:
        value = "the first failure" if number in (None, 1) else f"{number} failures in a row"
        option, declared = f"--failures {number or 1}", f"failures={number or 1}"
    else:
        value = text.threshold(number, threshold.datepart, threshold.calendar, threshold.timezone)
        count, part = (number, str(threshold.datepart)) if number is not None else EXAMPLES[kind]
        option = f"--{kind.value} {shlex.quote(text.plural(count, part).replace(',', ''))}"
        declared = f'{kind.value}=({count}, "{part}")'
    set_by = {"pipeline": "this pipeline", "pipeline type": f"type {threshold.pipeline_type_name}", None: "default"}
    return Rule(
        check=CHECKS[kind],
        value=value,
        source=set_by[threshold.set_by],
        muted_by=None if threshold.muted_by is None else set_by[threshold.muted_by],
        command=f"watcher pipelines set {shlex.quote(pipeline.name)} {option}",
        code=f"watcher_metadata({declared})",
    )
