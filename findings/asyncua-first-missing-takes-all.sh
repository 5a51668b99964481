#!/usr/bin/env bash
# asyncua 2.1.0
#
# A list of readings whose first is missing is kept by a server of OPC UA, and each client reads nulls for all of them:
# the type is taken from the first value, and there is none. On the server itself the readings are read as they were
# written, so nothing is seen there. Of [True, 5, 0] a client reads True, True and False, and of [1, 2] beside [3] the
# rows [1, 2] and [3, []].
# Seen: server [None, 1.5, 2.5], client [None, None, None]
#
# Most would guess: the readings, or an error when they are written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check asyncua==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import logging
import socket

from asyncua import Client, Server

VALUES = {
    "readings": ([None, 1.5, 2.5], [None, None, None]),
    "names": ([None, "a"], [None, None]),
    "flags": ([True, 5, 0], [True, True, False]),
    "rows": ([[1, 2], [3]], [[1, 2], [3, []]]),
    "numbers": ([1.5, 2.5], [1.5, 2.5]),
}
logging.disable()


async def exchange():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"opc.tcp://127.0.0.1:{probe.getsockname()[1]}/example/"
    server = Server()
    await server.init()
    server.set_endpoint(address)
    space = await server.register_namespace("http://example.org")
    variables = {
        name: await server.nodes.objects.add_variable(space, name, value) for name, (value, _) in VALUES.items()
    }
    kept = {name: await variable.read_value() for name, variable in variables.items()}
    async with server, Client(address) as client:
        read = {name: await client.get_node(variable.nodeid).read_value() for name, variable in variables.items()}
    return kept, read


kept, read = asyncio.run(exchange())
print("server:", kept)
print("client:", read)
assert kept == {name: value for name, (value, _) in VALUES.items()}, kept
assert read == {name: value for name, (_, value) in VALUES.items()}, read
assert read["flags"][1] is True, read
print("held: of readings whose first is missing a client reads none")
PYTHON
