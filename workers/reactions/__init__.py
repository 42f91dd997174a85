"""What changes only our own database, each inside one inbox transaction."""
