"""What the office sees of its work at a glance: inflow, backlog, time to decision, errors."""
