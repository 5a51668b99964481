"""The OpenAPI document: what FastAPI does not say of the routes, in the form that generators of clients take well.

A client that is generated has a method for each `operationId` and a class for each schema. So an operation has the name
of its function, a body is a schema with the name of its model, and neither is made of a path.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from watcher_core.arguments import MAX_BIGINT

DESCRIPTION = """Records and answers what pipelines do, for programs that cannot reach the database.

A request carries a token: `Authorization: Bearer TOKEN`. Every error has `detail`, `message`, `code` and `details`.
`null` in a body is a field that is not said, but in a `configuration`. Names are matched exactly, else to the only one
that is equal but for the case of its letters. Dates without a time zone are in UTC. A list is whole; with `limit` or
`cursor` it is a page."""

TAGS = {
    "pipelines": "What runs again and again, by name.",
    "pipeline types": "Classes of pipelines, with thresholds for all of them.",
    "executions": "Runs of pipelines: start, end, record, read.",
    "pings": "A run in one line of a script.",
    "openlineage": "Events of OpenLineage's clients.",
    "address types": "Kinds of places where data lives.",
    "addresses": "Where data lives.",
    "lineage": "What is made of what.",
    "anomaly rules": "Which numbers of a pipeline are judged.",
    "asset checks": "What Dagster's asset checks found.",
    "checks": "Checks that are asked for, and cleanup.",
    "alerts": "What is wrong, and what people do about it.",
    "maintenance": "Times in which alerts are kept, but not sent.",
    "overview": "What people look at: how all stands, reports, a search, rules that would fit.",
    "tokens": "What the token of a request may do.",
    "metrics": "Figures for Prometheus.",
    "health": "Whether the server works; for probes.",
}

# An object of any content has one name; generators would else make a class of it for each field.
OBJECT = {"type": "object", "additionalProperties": True}
OBJECT_NAME = "JsonObject"

# What fits into an `int` of 32 bits, which is what generators take where no format is said.
MAX_INT = 2**31 - 1


def name_operation(route: APIRoute) -> str:
    """Return the `operationId` of a route: the name of its function."""
    return route.name


def describe(app: FastAPI) -> None:
    """Let the application serve the document."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(made())
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it


def _complete(document: dict[str, Any]) -> None:
    """Add what is the same for all operations, and say everything so that generators understand it."""
    document["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    # Relative to the document: behind a proxy, the API may be below a path.
    document["servers"] = [{"url": ".", "description": "The server that serves this document."}]
    document["tags"] = [{"name": name, "description": description} for name, description in TAGS.items()]
    components = document.setdefault("components", {})
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    schemas = components["schemas"]
    for path, operations in document["paths"].items():
        open_to_all = path == "/" or path.startswith("/health/")
        for operation in operations.values():
            operation["security"] = [] if open_to_all else [{"token": []}, {}]
            operation.setdefault("responses", {})
            operation["summary"] = operation.get("description", "").split(".")[0] or operation.get("summary")
            for parameter in operation.get("parameters", []):
                parameter["schema"] = _without_null(parameter["schema"])
            _name_body(operation, schemas)
    for schema in schemas.values():
        _describe_defaults(schema.get("properties", {}))
    for part in (document["paths"], schemas):
        _restate(part)
    schemas[OBJECT_NAME] = {**OBJECT, "title": OBJECT_NAME, "description": "Any object of JSON."}


def _name_body(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Give the body of a route that reads it by itself its name, and what it is made of theirs."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "schema" not in body:
        return
    # A body that may be left out need not be null.
    schema = body["schema"] = _without_null(body["schema"])
    schemas.update(schema.pop("$defs", {}))
    if "title" in schema and "properties" in schema:
        schemas[schema["title"]] = schema
        body["schema"] = {"$ref": f"#/components/schemas/{schema['title']}"}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave out null, which neither a query nor a body can be."""
    given = schema.get("anyOf")
    if not given or {"type": "null"} not in given:
        return schema
    (kept,) = [each for each in given if each != {"type": "null"}]
    return {**{name: value for name, value in schema.items() if name != "anyOf"}, **kept}


def _describe_defaults(properties: dict[str, Any]) -> None:
    """Say defaults in words: generators read `default` as a field that is always there, and ask for it in a request."""
    for schema in properties.values():
        default = schema.pop("default", None)
        if default not in (None, [], {}):
            words = (schema.get("description", ""), f"By default `{json.dumps(default)}`.")
            schema["description"] = " ".join(filter(None, words))


def _restate(node: Any) -> None:
    """Say how long integers are, and give objects of any content their one name."""
    if isinstance(node, list):
        for each in node:
            _restate(each)
        return
    if not isinstance(node, dict):
        return
    if node.get("type") == "integer" and node.get("maximum", MAX_BIGINT) > MAX_INT:
        node["format"] = "int64"
    if all(node.get(name) == value for name, value in OBJECT.items()) and "properties" not in node:
        for name in (*OBJECT, "title"):
            node.pop(name, None)
        node["$ref"] = f"#/components/schemas/{OBJECT_NAME}"
    for name, each in node.items():
        if name not in ("example", "examples"):
            _restate(each)
