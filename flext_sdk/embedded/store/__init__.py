"""Tables and queries of the platform: SQLAlchemy Core on SQLite, and with the same code on PostgreSQL.

:class:`~flext_sdk.embedded.store.database.Database` opens the file and brings it up to date; the other modules hold
the queries, one module for each thing that is stored. All times are UTC.
"""
