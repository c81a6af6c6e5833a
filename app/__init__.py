"""The page, the command line and the worker: the only place where engine meets store."""
