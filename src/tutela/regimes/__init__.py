"""Legal regimes with dates and limits; services, their type and region; who counts as an EU user."""
