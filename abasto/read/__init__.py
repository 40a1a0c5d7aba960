"""Reading the read model at a terminal: lists and pages in Spanish or English, JSON for scripts."""
