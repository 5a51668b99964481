#!/usr/bin/env bash
# cytoscape 3.34.4 (npm), jsdom 26.1.0
#
# Drawing a graph puts a style element into the page's head. Under a content security policy without 'unsafe-inline' the
# browser refuses it and logs an error. It is left out where any element has the id __________cytoscape_stylesheet, of
# whatever kind: a link to one's own stylesheet will do. Neither is documented.
# Seen: 1 style element in the head; 0 where a link has that id
#
# Most would guess: a library that draws on a canvas adds no style, or takes an option or a nonce for it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund cytoscape@3.34.4 jsdom@26.1.0

node - <<'NODE'
const { JSDOM } = require("jsdom");
const cytoscape = require("cytoscape");
const assert = require("assert");

function styles(head) {
  const { window } = new JSDOM(`<!doctype html><head>${head}</head><body><div id="graph"></div></body>`);
  // jsdom has no canvas; what is drawn does not matter here.
  window.HTMLCanvasElement.prototype.getContext = () => null;
  global.window = window;
  global.document = window.document;
  try {
    cytoscape({ container: window.document.getElementById("graph"), elements: [{ data: { id: "a" } }] }).stop();
  } catch {
    // without a canvas it ends here, after the style
  }
  return window.document.head.querySelectorAll("style").length;
}

const without = styles("");
const withLink = styles('<link id="__________cytoscape_stylesheet" rel="stylesheet" href="own.css">');
console.log({ without, withLink });
assert.strictEqual(without, 1, "it adds no style any more");
assert.strictEqual(withLink, 0, "an element of that id no longer keeps it from adding one");
console.log("held: cytoscape adds a style of its own, unless an element has its id");
process.exit(0);
NODE
