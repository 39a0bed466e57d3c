# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The client that awaits. Everything here is turned into ``flext_sdk._sync`` by the generator."""
