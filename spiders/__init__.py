"""One spider per way to find a news site's stories, and one that takes all ways together."""
