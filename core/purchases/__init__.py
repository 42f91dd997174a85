"""What a group buys together: participants, invites, tasks."""
