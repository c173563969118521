"""Run folders: meta.json, a table of steps, alerts; what one run tells."""
