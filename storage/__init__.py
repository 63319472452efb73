"""Remembering: one database, one transaction, one store a table."""
