"""Every flight that left New York City in 2013, as a Dagster project that Watcher remembers.

Start in `definitions.py`. `raw.py` records what it did; `reference.py`, `cleaned.py` and `marts.py` know nothing
of Watcher and are recorded all the same.
"""
