"""Faust agents: they bind the rules of `supply` to the shards of `streams` and hold no rule of their own."""
