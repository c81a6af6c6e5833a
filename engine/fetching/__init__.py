"""Where a public teacher's weights lie, and how they come: only after somebody agreed."""
