"""What is asked of the graph: search, matching, eligibility, likeness."""
