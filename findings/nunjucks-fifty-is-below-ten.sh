#!/usr/bin/env bash
# nunjucks 3.2.4 (npm), Jinja2 3.1.6
#
# A template of Jinja has another result in nunjucks, without an error. 50 is between 0 and 10, as the first comparison
# is true, which is 1, and 1 is less than 10. The number 1e3 is an empty text, and so is the last of a list by [-1]. The
# sum of the texts 1.10 and 2.20, which Jinja refuses, is 001.102.20, and -7 % 3 is -1.
# Seen: "few" of {% if 0 < rows < 10 %}few{% else %}many{% endif %} with 50 rows
#
# Most would guess: the same text as in Jinja, or an error where nunjucks does not know a form.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional nunjucks@3.2.4

cat >template.txt <<'TEMPLATE'
{% if 0 < rows < 10 %}few{% else %}many{% endif %}|{{ 1e3 }}|{{ names[-1] }}|{{ -7 % 3 }}
TEMPLATE
node - >javascript.txt <<'NODE'
const nunjucks = require("nunjucks");

nunjucks.configure(".", { autoescape: false });
const text = nunjucks.render("template.txt", { rows: 50, names: ["a", "b"] });
const sum = nunjucks.renderString("{{ amounts | sum }}", { amounts: ["1.10", "2.20"] });
process.stdout.write(`${text.trim()} ${sum}`);
NODE
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check Jinja2==3.1.6
"$folder/venv/bin/python" - >python.txt <<'PYTHON'
import pathlib

import jinja2

template = jinja2.Template(pathlib.Path("template.txt").read_text())
print(template.render(rows=50, names=["a", "b"]).strip(), end="")
try:
    jinja2.Template("{{ amounts | sum }}").render(amounts=["1.10", "2.20"])
except TypeError:
    print(" refused", end="")
PYTHON
cat javascript.txt; echo; cat python.txt; echo
test "$(cat javascript.txt)" = "few|||-1 001.102.20"
test "$(cat python.txt)" = "many|1000.0|b|2 refused"
echo "held: 50 rows are fewer than ten"
