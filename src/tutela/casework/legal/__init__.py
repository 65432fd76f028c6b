"""Legal process: requests and orders of authorities, their deadlines, and their answers."""
