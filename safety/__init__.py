"""What must never happen, as pure functions: header policies, log policy, sealed tokens, limits."""
