#!/usr/bin/env bash
# lua-cjson 2.1.0, lua-dkjson 2.6-2, lua5.3 5.3.6-2 (Debian 12)
#
# Integers become doubles when they are read, and all numbers are written with 14 digits. A Unix time in microseconds is
# moved by up to 50 of them, and an id that is read and written again is another: 9007199254740993 is
# 9.007199254741e+15. Lua 5.3 has integers, and dkjson writes them whole. An empty list that was read is written as an
# object.
# Seen: [1.7000000001235e+15] of 1700000000123456
#
# Most would guess: [1700000000123456].
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "lua5.3=5.3.6-2" "liblua5.3-0=5.3.6-2" \
    "libreadline8" "lua-cjson=2.1.0*" "lua-dkjson=2.6-2" "lua-lpeg"
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

local cjson, dkjson = require "cjson", require "dkjson"
holds("cjson", cjson.encode({1700000000123456}), "[1.7000000001235e+15]")
holds("read and written", cjson.encode(cjson.decode("[9007199254740993]")), "[9.007199254741e+15]")
holds("dkjson", dkjson.encode({1700000000123456}), "[1700000000123456]")
holds("empty list", cjson.encode(cjson.decode("[]")), "{}")
LUA
echo "held: microseconds are cut"
