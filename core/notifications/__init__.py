"""What people are told, and whether it reached them."""
