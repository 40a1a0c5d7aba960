"""Migrations of the read model, in order."""
