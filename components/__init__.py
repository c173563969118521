"""Numbers become Dash components and figures."""
