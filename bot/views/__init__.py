"""What private screens look like: objects in, a message with its buttons out; nothing here reads or decides."""
