#!/usr/bin/env bash
# units 2.22-2 (Debian 12)
#
# 100 kmph, as speed limits are written in half of the world, are 44,704 m/s, more than it takes to leave the Earth.
# kmph is not in the list of units, so it is read as a prefix, kilo, and mph, miles per hour. kph, which is in the
# list, is a kilometre per hour.
# Seen: 44704 of 100 kmph, and 27.777778 of 100 kph
#
# Most would guess: kilometres per hour, or an unknown unit.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "units=2.22-2"
dpkg --extract units_*.deb .

# The list of currencies is made when the package is configured, and no unit of ours is in it.
grep -v '^!include currency.units' usr/share/units/definitions.units >units.dat
convert() { ./usr/bin/units --file units.dat --terse -- "$1" "$2" 2>/dev/null; }
seen="$(convert '100 kmph' m/s) $(convert '100 kph' m/s) $(convert '100 mph' m/s)"
echo "$seen"
test "$seen" = "44704 27.777778 44.704"
echo "held: 100 kmph are 44 kilometres a second"
