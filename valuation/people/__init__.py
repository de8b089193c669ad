"""Who asks: merchants, their keys, and people who sign in at a counter."""
