"""The read model: tables, migrations, projector and queries."""
