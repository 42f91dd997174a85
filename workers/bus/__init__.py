"""Ways for events to reach their consumers: adapters of one port."""
