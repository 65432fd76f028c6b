"""What a process gives up before it touches what somebody sent: files, network, other processes, most of memory."""
