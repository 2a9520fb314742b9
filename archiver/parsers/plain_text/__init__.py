"""The split of a page that survives only as plain text."""
