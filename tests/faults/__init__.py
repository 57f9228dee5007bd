"""Scripted talks on real processes while these are killed, paused, cut off and set to other times."""
