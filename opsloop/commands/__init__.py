"""The commands, one module each, thin over the layers that do the work."""
