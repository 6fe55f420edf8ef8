"""Understanding French text: words, names and sense."""
