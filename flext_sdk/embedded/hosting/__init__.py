"""Parts of a service's process: its log, its port, its server."""
