"""FLEXT SDK."""
