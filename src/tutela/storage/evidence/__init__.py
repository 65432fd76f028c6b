"""Evidence: encrypted bytes, keys, clocks, holds, and erasure with its proof."""
