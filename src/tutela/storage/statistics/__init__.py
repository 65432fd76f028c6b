"""What dashboards and returns read."""
