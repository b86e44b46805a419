"""Limits on models in the words of a request: what is said (english, chinese), what it means, and the reading."""
