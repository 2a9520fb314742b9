"""The archive: its schema, what writes it, and what reads it. Knows neither Scrapy nor HTML."""
