"""The client that awaits. Everything here is turned into ``flext_sdk._sync`` by the generator."""
