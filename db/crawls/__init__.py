"""What crawls ask and leave: what is due, what was found, what it came to, what needs a person."""
