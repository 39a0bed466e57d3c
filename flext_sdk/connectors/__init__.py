"""First-party Singer connectors: programs of their own, joined to others by a pipe.

``tap-csv``, ``tap-jsonl``, ``target-jsonl``, ``target-sqlite`` and ``target-duckdb`` speak the Singer protocol as
plugins made with Meltano's SDK do, so any runner can drive them. :mod:`flext_sdk.connectors.registry` lists them;
everything else here is theirs.
"""
