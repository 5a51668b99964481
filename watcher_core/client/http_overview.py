"""`Watcher`'s methods on what people look at, over HTTP: how all stands, reports, a search, rules that would fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from watcher_core import arguments, overview, remote, values
from watcher_core.client.http_connection import MOST, HttpConnection, instant, of_pipeline, question
from watcher_core.enums import AlertState


class HttpOverview(HttpConnection):
    """What people look at: as of `Watcher`, by requests."""

    def now(
        self,
        *,
        problem: values.Problem | str | None = None,
        state: AlertState | str | None = None,
        owner: str | None = None,
        pipeline_type: str | None = None,
        group: str | None = None,
        search: str | None = None,
        limit: int = 100,
    ) -> values.Overview:
        """As of `Watcher`."""
        most = overview.limit(limit, "limit", overview.MOST_INCIDENTS)
        asked = {
            "problem": problem,
            "state": state,
            "owner": owner,
            "pipeline_type": pipeline_type,
            "group": group,
            "search": search,
            "limit": most,
        }
        return remote.value_of(values.Overview, self._remote.send(question("/now", asked)))

    def unwatched_pipelines(self, *, names: int | None = None) -> list[values.UnwatchedPipelines]:
        """As of `Watcher`."""
        return self._list(values.UnwatchedPipelines, "/unwatched_pipelines", {"names": arguments.count(names, "names")})

    def pipeline_activity(self) -> list[values.PipelineActivity]:
        """As of `Watcher`."""
        return self._list(values.PipelineActivity, "/pipeline_activity")

    def delivery_health(self) -> values.HealthFact:
        """As of `Watcher`, by the routes of the server."""
        return remote.value_of(values.HealthFact, self._remote.send("/delivery_health"))

    def report(
        self,
        *,
        days: int = 30,
        by: str = "type",
        owner: str | None = None,
        pipeline_type: str | None = None,
        pipeline: int | str | None = None,
        limit: int = 100,
        now: dt.datetime | None = None,
    ) -> values.Report:
        """As of `Watcher`; of 10,000 groups at most."""
        most = overview.limit(limit, "limit", overview.MOST_GROUPS)
        asked = {
            "days": overview.limit(days, "days", overview.MOST_REPORT_DAYS),
            "by": by,
            "owner": owner,
            "pipeline_type": pipeline_type,
            **of_pipeline(pipeline),
            "limit": min(most, MOST),
            "now": instant(now, "now"),
        }
        return remote.value_of(values.Report, self._remote.send(question("/report", asked)))

    def suggest_rules(
        self, *, pipelines: Collection[int] | None = None, now: dt.datetime | None = None
    ) -> list[values.RuleSuggestion]:
        """As of `Watcher`."""
        found = self._list(values.RuleSuggestion, "/rule_suggestion", {"now": instant(now, "now")})
        if pipelines is None:
            return found
        names = {each.name for each in self.pipelines() if each.id in pipelines}
        return [each for each in found if each.pipeline_name in names]

    def search(self, text: str, *, limit: int = 20) -> list[values.SearchHit]:
        """As of `Watcher`; addresses are found by a token of all pipelines alone."""
        most = overview.limit(limit, "limit", overview.MOST_HITS)
        return self._list(values.SearchHit, "/search", {"text": text, "limit": most})
