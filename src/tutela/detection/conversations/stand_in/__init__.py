"""The stand-in for labelled data: money scams among ordinary talk, made up from a seed. It says nothing of real use."""
