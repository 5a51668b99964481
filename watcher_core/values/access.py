"""Tokens of the HTTP API."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from watcher_core.enums import TokenScope


@dataclass(frozen=True, kw_only=True)
class ApiToken:
    """A token of the HTTP API; the token itself is stored nowhere.

    Attributes:
        pipelines: A pipeline, or the beginning of names and `*`; `None` for all pipelines.
        last_used_at: When it was last used, to the minute.
        revoked_at: Since when it is refused.
    """

    id: int
    name: str
    scope: TokenScope
    pipelines: str | None
    created_at: dt.datetime
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None

    def allows(self, scope: TokenScope) -> bool:
        """Whether what needs that scope may be done with it."""
        order = list(TokenScope)
        return order.index(self.scope) >= order.index(scope)

    def covers(self, pipeline_name: str) -> bool:
        """Whether it is a token of that pipeline."""
        if self.pipelines is None:
            return True
        if self.pipelines.endswith("*"):
            return pipeline_name.startswith(self.pipelines[:-1])
        return pipeline_name == self.pipelines
