"""The version, as a literal: reading package metadata would cost several bare interpreter starts."""

__version__ = "0.1.0"
