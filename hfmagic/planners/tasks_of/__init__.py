"""Which tasks of the Hub a request is about: a card a task (cards, media_cards), words as concepts, and the ranking."""
