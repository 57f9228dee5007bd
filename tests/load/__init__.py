"""Load: what relaying words, waiting and turns cost, beside servers of others and of our own. Run by bench/."""
