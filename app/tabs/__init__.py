"""One file a tab: plain functions first, then `build`, which only wires them to components."""
