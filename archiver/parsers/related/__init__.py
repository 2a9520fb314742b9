"""Which links of a page show other stories, in which words, of what kind, under which heading."""
