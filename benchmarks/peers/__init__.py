"""The same job as other engines' users would write it."""
