"""Plugins: which there are, which are installed, and how each is started.

`Index` knows what can be installed, `Installed` what is, and `Catalogue` what pipelines may use: the connectors that
come with the product and the installed ones, unless switched off.
"""
