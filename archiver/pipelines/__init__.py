"""What happens to a visit between the spider and the archive, one step a module."""
