"""The web service: pages, JSON API, linked data and SPARQL."""
