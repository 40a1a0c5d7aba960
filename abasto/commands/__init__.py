"""The verbs of the command line: signatures here, the work in the packages beside."""
