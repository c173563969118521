"""Small files that an origin rewrites: read again only when they changed, the last good kept."""
