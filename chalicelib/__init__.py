"""What ships to Lambda."""
