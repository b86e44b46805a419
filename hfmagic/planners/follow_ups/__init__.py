"""Follow-ups that change the last plan: what is asked (asked), how it is done (edit, settings, steps), the words."""
