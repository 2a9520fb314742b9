"""Joining another archive into ours, table by table."""
