"""A crawl from start to end: what is visited, how politely, and what came of it."""
