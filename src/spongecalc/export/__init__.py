"""Pipe networks for other programs: LandXML and IFC."""
