"""From the bytes of a page to its boxes, text blocks and links, in page order."""
