"""What staff touch: sign-in, desk, live load."""
