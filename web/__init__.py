"""The coordinators' pages, the query API and the HTTP ingest."""
