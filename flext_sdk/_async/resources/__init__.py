"""The resources of a client, one module each."""
