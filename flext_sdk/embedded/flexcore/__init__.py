"""FlexCore: the plugins of this machine, and their operations."""
