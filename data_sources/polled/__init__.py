"""What the source of polled JSON is made of."""
