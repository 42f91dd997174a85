"""People, the ways to prove who they are, and the chats they meet in."""
