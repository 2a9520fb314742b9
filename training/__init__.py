"""Trains the models of the splitter from pages with gold results; see training/README.md."""
