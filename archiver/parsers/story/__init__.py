"""Which blocks of a page are its story, and what stands among them that is none of it."""
