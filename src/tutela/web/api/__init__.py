"""What platforms call with an API key: items, actions, complaints."""
