"""`WatcherComponent`: `build_watcher_definitions` for projects that are laid out with `dg`."""

from __future__ import annotations

import re
from typing import Annotated

import dagster as dg
from pydantic import Field, SkipValidation

from watcher_dagster.code_location import build_watcher_definitions
from watcher_dagster.recorder import HISTORY_DAYS

_ENVIRONMENT_VARIABLE = re.compile(r"""\{\{\s*env(?:\.(\w+)|\(\s*['"](\w+)['"]\s*\))\s*\}\}""")


def _resolve_secret(context: dg.ResolutionContext, value: str | None) -> str | None:
    """Leave a variable unread until a run needs it: of that, Dagster's UI shows the name, and not the value."""
    variable = _ENVIRONMENT_VARIABLE.fullmatch(value.strip()) if value else None
    if variable:
        return dg.EnvVar(variable[1] or variable[2])
    return context.resolve_value(value, as_type=str) if value else None


class RecorderOptions(dg.Resolvable, dg.Model):
    """How the recorder works."""

    history_days: Annotated[int, Field(description="How far back it reads when it starts for the first time.")] = (
        HISTORY_DAYS
    )
    minimum_interval_seconds: Annotated[int, Field(description="How often it looks for news.")] = 10
    running: Annotated[bool, Field(description="Whether it runs without being switched on in the UI.")] = True


class WatcherComponent(dg.Component, dg.Resolvable, dg.Model):
    """Remembers every asset materialization of a Dagster instance in PostgreSQL: counts, watermarks, durations.

    Adds the resource `watcher` and the sensor `watcher_recorder_sensor`, which records the runs of all code locations.

    Examples:
        .. code-block:: yaml

            type: watcher_dagster.WatcherComponent
            attributes:
              database_url: "{{ env.WATCHER_DATABASE_URL }}"
              recorder:
                history_days: 90
    """

    database_url: Annotated[
        str | None,
        SkipValidation,  # pydantic would make text of an EnvVar
        dg.Resolver(_resolve_secret, model_field_type=str, inject_before_resolve=False),
        Field(
            repr=False,
            description=(
                "PostgreSQL, as postgresql://user:password@host/database; better a variable of the environment. Without"
                " it, WATCHER_DATABASE_URL; without that, the embedded PostgreSQL."
            ),
        ),
    ] = None
    strict: Annotated[bool, Field(description="Whether assets fail when Watcher's database cannot be reached.")] = False
    resource_key: Annotated[str, Field(description="The name of the resource.")] = "watcher"
    recorder: Annotated[RecorderOptions, Field(description="How the recorder works.")] = RecorderOptions()

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 (Dagster passes it)
        """All that Watcher brings into the code location."""
        return build_watcher_definitions(
            database_url=self.database_url,
            strict=self.strict,
            resource_key=self.resource_key,
            history_days=self.recorder.history_days,
            minimum_interval_seconds=self.recorder.minimum_interval_seconds,
            default_status=(
                dg.DefaultSensorStatus.RUNNING if self.recorder.running else dg.DefaultSensorStatus.STOPPED
            ),
        )
