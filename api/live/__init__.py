"""Changes are pushed to the people who may see them: over WebSocket, and as server-sent events."""
