"""The embedded platform: FlexCore and FLEXT Service as processes of this machine.

Nothing is imported here: `flext_sdk.embedded.supervisor` needs the standard library alone, the services need the
extra ``embedded``.
"""
