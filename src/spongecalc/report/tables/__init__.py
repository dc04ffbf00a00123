"""The result tables and layers as files: CSV, GeoPackage, GeoTIFF, and how they are read back."""
