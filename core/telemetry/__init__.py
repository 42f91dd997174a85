"""What can be seen of a running process from outside: ids that follow an action, figures, and traces."""
