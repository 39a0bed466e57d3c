"""The frame of both services: routes bound to the contract, checks, errors, and nothing of what the operations do."""
