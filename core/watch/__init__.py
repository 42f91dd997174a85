"""What a process shows to those who watch it: its figures, and whether it can do its work."""
