"""What a plugin may add to the platform: the hooks and the types that they speak."""
