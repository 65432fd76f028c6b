"""What an item holds: files, pages, frames and pictures in it, each with its place, one at a time and with limits."""
