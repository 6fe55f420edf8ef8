"""EcoGraph: a company's project, and the resources of its territory that can make it happen."""

__version__ = "0.1.0"
