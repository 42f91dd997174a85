"""The outside world on one's own machine, over real HTTP; it knows nothing of SyncBuy."""
