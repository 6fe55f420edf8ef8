"""What EcoGraph is worth, measured: each module runs from the root of the repository."""
