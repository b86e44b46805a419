"""Conditions on rows, read from words: amounts, dates, values, and all of them (read)."""
