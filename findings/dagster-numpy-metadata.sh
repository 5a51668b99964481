#!/usr/bin/env bash
# dagster 1.13.27, numpy 2.4.6
#
# numpy.float64 is a subclass of float, so MaterializeResult(metadata={"mean": numpy.float64(3)}) is accepted: Dagster
# makes a FloatMetadataValue of it. The event cannot be written then, and the step fails after the asset did its work:
#     SerializationError: Unhandled value type <class 'numpy.float64'>
# numpy.int64, which is no subclass of int, is refused as soon as the metadata is normalized, with another error that
# names the metadata's key. So the type that looks supported fails later and without the key.
#
# Most would guess: a float is a float; series.mean() can be passed as it is (or is refused at once, as numpy.int64 is).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import dagster as dg
import numpy


def failure(value: object) -> str:
    @dg.asset
    def prices() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"mean": value})

    result = dg.materialize([prices], raise_on_error=False)
    if result.success:
        return "success"
    [event] = [event for event in result.all_events if event.is_step_failure]
    return event.event_specific_data.error.to_string()


assert isinstance(numpy.float64(3), float)
kept = dg.MaterializeResult(metadata={"mean": numpy.float64(3)}).metadata["mean"]
print(type(kept), "holds", repr(kept))
assert failure(float(numpy.float64(3))) == "success"
late, early = failure(numpy.float64(3)), failure(numpy.int64(3))
assert "SerializationError" in late and "numpy.float64" in late and '"mean"' not in late, late
assert "SerializationError" not in early and "mean" in early, early
print("held: a numpy.float64 in metadata passes as a float and fails the step when the event is written")
PYTHON
