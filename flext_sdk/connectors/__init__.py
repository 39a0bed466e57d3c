"""First-party Singer connectors: programs of their own, joined to others by a pipe.

They speak the Singer protocol as plugins made with Meltano's SDK do, so any runner can drive them.
:mod:`flext_sdk.connectors.registry` lists them; everything else here is theirs.
"""
