"""opsloop at the desk."""
