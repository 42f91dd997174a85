"""What is known of a person: all of it in one document, and none of it any more."""
