"""Writes the catalogue of the Hub's tags anew, for who works on hfmagic: no part of the wheel."""
