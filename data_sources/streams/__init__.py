"""What the source of Redis streams is made of."""
