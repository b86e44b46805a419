"""Tests of the starter set: formats, and what its models mean."""
