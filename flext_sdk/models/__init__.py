# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Models of the contracts, one module a tag."""
