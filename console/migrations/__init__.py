"""How the console's tables came to be as they are, version by version (console.schema)."""
