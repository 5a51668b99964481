#!/usr/bin/env bash
# featuretools 1.31.0, pandas 2.3.3, numpy 1.26.4
#
# The top-level domain of http://example.museum is "mu", that of Mauritius; education is edu, international is int, and
# both community and company are com. The domain of ftp://example.org is "ftp". That of http://example.technology is
# right, so no row tells that others are not.
#
# Most would guess: the last part of the host.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check featuretools==1.31.0 pandas==2.3.3 \
    numpy==1.26.4 'setuptools<81'

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

warnings.filterwarnings("ignore")
import pandas
from featuretools.primitives import URLToDomain, URLToTLD

names = ["museum", "education", "international", "community", "company", "technology", "org"]
seen = URLToTLD()(pandas.Series([f"http://example.{name}/data" for name in names])).tolist()
domain = URLToDomain()(pandas.Series(["ftp://example.org/data", "https://example.org/data"])).tolist()
print(dict(zip(names, seen)), domain)
assert seen == ["mu", "edu", "int", "com", "com", "technology", "org"], seen
assert domain == ["ftp", "example.org"], domain
print("held: a museum is in Mauritius")
PYTHON
