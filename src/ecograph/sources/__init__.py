"""Where records come from: declarations and files, as triples."""
