"""Bad input: what no page of ours would send."""
