"""Who wrote a story: what pages state, bylines in many languages, names alone, signatures."""
