"""What every web application of ours stands on: how it is served, and who sends a request."""
