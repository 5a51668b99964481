#!/usr/bin/env bash
# nunjucks 3.2.4 (npm), Jinja2 3.1.6
#
# A template of Jinja has another result in nunjucks, without an error. A loop over the rows that have failed renders
# nothing, though one has; the last of a list is empty, and so is the number 1e3. 50 is between 0 and 10, an empty list
# is true, and -7 % 3 is -1.
# Seen: "" of `{% for run in runs if run.failed %}{{ run.name }}{% endfor %}`
#
# Most would guess: the same text, or an error where nunjucks does not know a form.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional nunjucks@3.2.4

cat >template.txt <<'TEMPLATE'
{% for run in runs if run.failed %}{{ run.name }}{% endfor %}|{{ names[-1] }}|{{ 1e3 }}|
{%- if 0 < rows < 10 %}few{% else %}many{% endif %}|{% if errors %}errors{% else %}none{% endif %}|{{ -7 % 3 }}
TEMPLATE
node - >javascript.txt <<'NODE'
const nunjucks = require("nunjucks");

nunjucks.configure(".", { autoescape: false });
const runs = [{ name: "daily", failed: true }, { name: "weekly", failed: false }];
process.stdout.write(nunjucks.render("template.txt", { runs, names: ["a", "b"], rows: 50, errors: [] }).trim());
NODE
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check Jinja2==3.1.6
"$folder/venv/bin/python" - >python.txt <<'PYTHON'
import pathlib

import jinja2

runs = [{"name": "daily", "failed": True}, {"name": "weekly", "failed": False}]
template = jinja2.Template(pathlib.Path("template.txt").read_text())
print(template.render(runs=runs, names=["a", "b"], rows=50, errors=[]).strip(), end="")
PYTHON
cat javascript.txt; echo; cat python.txt; echo
test "$(cat javascript.txt)" = "|||few|errors|-1"
test "$(cat python.txt)" = "daily|b|1000.0|many|none|2"
echo "held: no run has failed, and 50 rows are few"
