"""Answers to requests: from a call to a use-case and back."""
