"""What the source of Prometheus counters is made of."""
