"""The story's headline: what the page shows and states, without the site's name."""
