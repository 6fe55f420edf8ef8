"""What goes out: resources and answers in the syntaxes of the web."""
