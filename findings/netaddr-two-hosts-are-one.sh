#!/usr/bin/env bash
# netaddr 1.3.0, CPython's ipaddress
#
# An address with its network is equal to each other address of that network, though it is shown and kept as it was:
# 10.0.0.5/24 and 10.0.0.6/24 are equal and have one hash. A set of two interfaces has one, and a dictionary that is
# keyed by them keeps the first key with the last value. CPython's `ip_interface` tells them apart, and its `ip_network`
# refuses them.
# Seen: {IPNetwork('10.0.0.5/24'): 'printer'}
#
# Most would guess: two texts that are shown as two are two.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check netaddr==1.3.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import ipaddress

from netaddr import IPNetwork

HOSTS = {"10.0.0.5/24": "server", "10.0.0.6/24": "printer"}
seen = {IPNetwork(address): name for address, name in HOSTS.items()}
print(seen)
assert [(str(key), name) for key, name in seen.items()] == [("10.0.0.5/24", "printer")], seen
assert IPNetwork("10.0.0.5/24").ip != IPNetwork("10.0.0.6/24").ip
assert len({ipaddress.ip_interface(address) for address in HOSTS}) == 2
print("held: of two hosts of a network one is left, with the name of the other")
PYTHON
