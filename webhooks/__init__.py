"""The small web application that providers call."""
