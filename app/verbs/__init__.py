"""The verbs of the command line: one file for each thing, or few that belong together."""
