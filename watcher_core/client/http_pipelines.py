"""`Watcher`'s methods on pipelines, over HTTP."""

from __future__ import annotations

from watcher_core import arguments, remote, values
from watcher_core.client.http_connection import HttpConnection


class HttpPipelines(HttpConnection):
    """Pipelines: as of `Watcher`, by requests."""

    def pipeline(self, reference: int | str) -> values.Pipeline:
        """As of `Watcher`."""
        if isinstance(reference, str):
            return self._list(values.Pipeline, "/pipeline", {"name": arguments.text(reference.strip(), "name")})[0]
        answer = self._remote.send(f"/pipeline/{arguments.identifier(reference, 'id')}")
        return remote.read_value(values.Pipeline, answer)

    def pipelines(self, *, after: int | None = None, limit: int | None = None) -> list[values.Pipeline]:
        """As of `Watcher`; of a page, each 1,000 are a request."""
        if after is None and limit is None:
            return self._list(values.Pipeline, "/pipeline")
        cursor = None if after is None else str(max(0, arguments.identifier(after, "after")))
        wanted = None if limit is None else arguments.positive(limit, "limit")
        return self._pages(values.Pipeline, "/pipeline", {"cursor": cursor}, wanted)

    list_pipelines = pipelines
