"""Tests with the real telephone engine and real callers."""
