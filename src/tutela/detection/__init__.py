"""The layers of detection, and the pipeline that runs them."""
