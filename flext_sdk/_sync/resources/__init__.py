# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The resources of a client, one module each."""
