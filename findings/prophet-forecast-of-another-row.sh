#!/usr/bin/env bash
# prophet 1.5.0, pandas 3.1.1
#
# predict() of Prophet sorts the rows that it gets by time and numbers them anew. Where the table of days to forecast
# has the newest first, or several shops below each other, the column `yhat` that is put beside it belongs to other
# rows, without an error; any column as the shop's name is gone, so that it cannot be joined back. Texts as 01/02/2024
# and 02/02/2024 are 2 January and 2 February, as the month is read first.
# Seen: [30, 10, 20] January -> forecasts of 10, 20 and 30 January
#
# Most would guess: one forecast for each row, in its order, as of each model that has predict().
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  prophet==1.5.0 pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import logging

import numpy as np
import pandas as pd
from prophet import Prophet

logging.disable(logging.CRITICAL)
days = pd.date_range("2024-01-01", periods=30)
model = Prophet(uncertainty_samples=0)
model.fit(pd.DataFrame({"ds": days, "y": np.arange(1.0, 31)}))
wanted = pd.DataFrame({"ds": days[[29, 9, 19]], "shop": ["a", "b", "c"]})
forecast = model.predict(wanted)
wanted["yhat"] = forecast["yhat"].round()

texts = Prophet(uncertainty_samples=0).fit(pd.DataFrame({"ds": ["01/02/2024", "02/02/2024"], "y": [1.0, 2.0]}))
seen = {
    "wanted": dict(zip(wanted["ds"].dt.day.tolist(), wanted["yhat"].tolist(), strict=True)),
    "shop": "shop" in forecast,
    "texts": texts.history["ds"].dt.strftime("%m-%d").tolist(),
}
print(seen)
assert seen == {"wanted": {30: 10.0, 10: 20.0, 20: 30.0}, "shop": False, "texts": ["01-02", "02-02"]}, seen
print("held: the forecast of the 10th stands beside the 30th")
PYTHON
