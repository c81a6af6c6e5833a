"""A corpus is labelled: in this process or several, in shards on many machines, and what those made comes in."""
