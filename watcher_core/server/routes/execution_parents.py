"""What an execution may be part of, by the token of the request: nothing of a pipeline that it does not cover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi import Request

from watcher_core import recording
from watcher_core.enums import ExecutionSource
from watcher_core.server.errors import RefusedError
from watcher_core.server.routes.execution_bodies import RecordFields, TrackBody
from watcher_core.server.routing import access_of, watcher_of


class Parents:
    """The executions that a request names as parents. A token of some pipelines makes its own part of no others.

    Args:
        request: The request; nothing is looked up where it may change all pipelines.
        ids: The parents that are named by id.
        identities: Those that are named by source and external id.
    """

    def __init__(
        self, request: Request, *, ids: Iterable[int] = (), identities: Iterable[tuple[ExecutionSource, str]] = ()
    ) -> None:
        self._access = access_of(request)
        self._pipelines: dict[int | tuple[ExecutionSource, str], str] = {}
        if self._access.is_limited:
            with watcher_of(request)._driver_statements() as (connection, _):
                self._pipelines = recording.pipelines_of(connection, ids=ids, identities=identities)

    def is_own(self, parent_id: int) -> bool:
        """Whether a parent is known to be of a pipeline that the token covers."""
        return not self._access.is_limited or self._access.covers(self._pipelines.get(parent_id, ""))

    def allow(self, parent: int | tuple[ExecutionSource, str], *, claimed: str | None = None) -> bool:
        """Whether something may be part of a parent.

        Args:
            parent: Its id or identity.
            claimed: The pipeline that it is said to be of, which counts where it is not known.
        """
        name = self._pipelines.get(parent, claimed)
        return name is None or self._access.covers(name)


def require_parent(request: Request, parent_id: int | None) -> None:
    """Refuse a parent of a pipeline that the token does not cover, and to such a token one that is not known, too."""
    if parent_id is not None and not Parents(request, ids=[parent_id]).is_own(parent_id):
        token = access_of(request).token
        raise RefusedError(
            403,
            f"token {'' if token is None else token.name!r} does not cover the pipeline of execution {parent_id}; "
            "leave parent_id out, or use a token that covers both pipelines",
            details={"parent_id": parent_id},
        )


def with_own_parents(request: Request, body: TrackBody) -> TrackBody:
    """Refuse a parent that the token does not cover; pass over what the host only says that it is part of."""
    require_parent(request, body.parent_id)
    around = body.part_of
    if around is not None:
        key = around.id if around.source is None or around.external_id is None else (around.source, around.external_id)
        given = {"ids": [key]} if isinstance(key, int) else {"identities": [] if key is None else [key]}
        if key is not None and not Parents(request, **given).allow(key):
            body = body.model_copy(update={"part_of": None})
    if body.parent is not None:
        leave_out_others_parents(request, [body.parent])
    return body


def leave_out_others_parents(request: Request, records: Sequence[RecordFields]) -> None:
    """Leave out parents that the token does not cover, as those that are not known: a record is not lost for one."""
    parents = Parents(
        request,
        ids={each.parent_id for each in records if each.parent_id is not None},
        identities={each.parent_identity for each in records if each.parent_identity is not None},
    )
    for each in records:
        if each.parent_id is not None and not parents.allow(each.parent_id):
            each.parent_id = None
        if each.parent_identity is not None and not parents.allow(each.parent_identity):
            each.parent_external_id = None
