"""The rules of supply, pure: no I/O, no framework, no clock. Time is an argument."""
