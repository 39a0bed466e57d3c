"""FLEXT Service: pipelines and their runs.

``app`` puts it together, ``handlers`` answers requests, the other modules are the use-cases.
"""
