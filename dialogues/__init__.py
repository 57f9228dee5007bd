"""What is said: content files, the engine that answers, understanding of free text, the desks that answer people."""
