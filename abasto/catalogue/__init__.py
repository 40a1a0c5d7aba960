"""Items, facilities and official CPM: from files to the service."""
