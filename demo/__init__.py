"""A believable live desk that writes what real bots write."""
