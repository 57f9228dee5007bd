"""What a visitor touches."""
