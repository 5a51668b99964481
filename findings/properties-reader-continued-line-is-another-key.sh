#!/usr/bin/env bash
# properties-reader 3.0.1 (npm)
#
# A file of Java's properties. A line that ends in a backslash is not continued: of hosts=web1,\ and port on the next
# line the hosts end in a backslash, and the key port is empty, where it had 8080 before. port: 8080 with a colon is
# no key at all, and the folder C:\\new has a backslash and a line break. Values become numbers: 007 is 7, 7e5 is
# 700000, and 12345678901234567890 is 12345678901234567000; getRaw() has the texts.
# Seen: hosts 'web1,\', port ''
#
# Most would guess: what Java reads: 'web1,port' and 8080, and C:\new.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional properties-reader@3.0.1

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { writeFileSync } from "node:fs";
import { propertiesReader } from "properties-reader";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function read(text) {
  writeFileSync("settings.properties", text);
  return propertiesReader({ sourceFile: "settings.properties" });
}

const settings = read("port=8080\nhosts=web1,\\\n  port\nfolder=C:\\\\new\n");
holds("hosts", settings.get("hosts"), "web1,\\");
holds("port", settings.get("port"), "");
holds("folder", settings.get("folder"), "C:\\\new");
holds("colon", read("port: 8080\n").get("port"), null);
const values = read("id=007\ncommit=7e5\nkey=12345678901234567890\n");
holds("id", values.get("id"), 7);
holds("commit", values.get("commit"), 700000);
holds("key", values.get("key"), 12345678901234567000);
holds("raw", values.getRaw("id"), "007");
NODE
TZ=UTC node script.mjs
echo "held: a continued line is another key"
