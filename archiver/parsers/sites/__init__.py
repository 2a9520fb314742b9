"""What a site lists its stories by, and what it sends in place of one."""
