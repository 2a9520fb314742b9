"""The bytes of pages as they came: WARC files, captures, imports of others' files."""
