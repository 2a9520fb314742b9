"""Full-text search (FTS5): queries, word forms, filters, counts, excerpts, watches."""
