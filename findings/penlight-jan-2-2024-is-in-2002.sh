#!/usr/bin/env bash
# lua-penlight 1.13.1-3, lua5.3 5.3.6-2 (Debian 12)
#
# Of "Jan 2 2024" the day is a year and the year a time of day: 1 January 2002, 20:24. 10:00 PM with a blank is in the
# morning, and 12:30 am half past noon. An offset behind a blank is left out: 10:00 +0530 is 10:00 in UTC, where
# 10:00:00+0530 without it is right. 30 February is 1 March, and a month after 31 January 2 March.
# Seen: 2002-01-01 20:24 of Jan 2 2024
#
# Most would guess: 2 January 2024, 22:00 and 04:30, or errors.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "lua5.3=5.3.6-2" "liblua5.3-0=5.3.6-2" \
    "libreadline8" "lua-penlight=1.13.1-3" "lua-filesystem"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/liblua5.3.so.0)
LUA_PATH="$folder/usr/share/lua/5.3/?.lua;$folder/usr/share/lua/5.3/?/init.lua"
LUA_CPATH="$folder/$LD_LIBRARY_PATH/lua/5.3/?.so"
export LD_LIBRARY_PATH LUA_PATH LUA_CPATH

TZ=UTC ./usr/bin/lua5.3 - <<'LUA'
local function holds(text, seen, expected)
  print(text .. ": " .. tostring(seen))
  if seen ~= expected then os.exit(1) end
end

local Date = require "pl.Date"
local function parsed(text) return os.date("!%Y-%m-%d %H:%M", Date.Format():parse(text).time) end
holds("Jan 2 2024", parsed("Jan 2 2024"), "2002-01-01 20:24")
holds("10:00 PM", parsed("2024-01-02 10:00 PM"), "2024-01-02 10:00")
holds("+0530", parsed("2024-01-02 10:00 +0530"), "2024-01-02 10:00")
holds("without a blank", parsed("2024-01-02T10:00:00+0530"), "2024-01-02 04:30")
holds("30 February", parsed("2024-02-30"), "2024-03-01 12:00")
LUA
echo "held: Jan 2 2024 is in 2002"
