"""A `%%hf` cell in a plain IPython with the installed hfmagic, offline: `python -I cell.py`."""

from __future__ import annotations

import sys

REVIEWS = ["I love it, works perfectly.", "Terrible. It broke after a day.", "A great phone with a wonderful screen."]


def main() -> int:
    """Returns: 0 when the frame has labels for each row, else 1."""
    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.user_ns["reviews"] = pd.DataFrame({"review": REVIEWS})
    shell.run_line_magic("load_ext", "hfmagic")
    done = shell.run_cell("%%hf reviews -o scored --offline\nLabel the sentiment of each review.")
    if not done.success:
        return 1
    labels = list(shell.user_ns["scored"].review_sentiment)
    print("labels:", ", ".join(map(str, labels)))
    return 0 if labels == ["POSITIVE", "NEGATIVE", "POSITIVE"] else 1


if __name__ == "__main__":
    sys.exit(main())
