"""What happens after the commit: events find their consumers, people are told, cards are kept up to date."""
