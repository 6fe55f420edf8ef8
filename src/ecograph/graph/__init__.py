"""The graph: how it is written, kept, published and read."""
