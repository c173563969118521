"""Guesses how the lines of a stranger's log are to be read: what each key means, how sure, why."""
