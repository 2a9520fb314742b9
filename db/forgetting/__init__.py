"""Removing stories for good, and keeping them out."""
