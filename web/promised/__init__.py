"""The addresses that the attached systems promised: same paths, same shapes, real numbers."""
