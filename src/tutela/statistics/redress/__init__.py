"""What redress comes to: how many complaints, how often what was done is undone, how long it takes."""
