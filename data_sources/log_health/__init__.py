"""What can be told of a folder of logs from its files alone: size, tidiness, damage."""
