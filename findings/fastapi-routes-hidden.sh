#!/usr/bin/env bash
# fastapi 0.165.0, starlette 1.10.0
#
# A router that is included no longer puts its routes into app.routes: there is one entry of a private class, without a path.
# The application answers at the path, and the OpenAPI document has it, but code that walks app.routes for paths (metrics by
# route, tests that every route has a tag, "is this path taken?") finds none of them, and no error either.
# Seen: app.routes has the paths /openapi.json, /docs, /docs/oauth2-redirect, /redoc; GET /ui/a answers 200
#
# Most would guess: include_router copies the routes, as it did for years, so that /ui/a is among app.routes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fastapi==0.165.0 starlette==1.10.0 httpx==0.28.1

"$folder/venv/bin/python" - <<'PYTHON'
import asyncio

import httpx
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/ui")


@router.get("/a")
def a() -> int:
    return 1


app = FastAPI()
app.include_router(router)
found = [getattr(route, "path", None) for route in app.routes]
print(found)


async def get() -> int:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        return (await client.get("/ui/a")).status_code


assert asyncio.run(get()) == 200
assert list(app.openapi()["paths"]) == ["/ui/a"]
assert "/ui/a" not in found, "the routes of an included router are among app.routes again"
assert None in found
print("held: a route that answers and is documented is not in app.routes")
PYTHON
