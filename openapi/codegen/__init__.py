"""From the contracts to code: models, operations, resources, the sync tree, the command table and the reference pages.

`python -m openapi.codegen generate` writes everything that is derived, `python -m openapi.codegen check` fails when what is committed differs.
"""
