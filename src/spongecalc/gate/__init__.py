"""The one gate that everything from outside passes on its way in.

A reader opens an :class:`~spongecalc.gate.entrance.Entrance` for a file, and within it calls the libraries by
the modules beside this one (``vector``, ``raster``, ``workbook``, ``drawing``, ``xml``, ``netcdf``, ``text``,
``archive``, ``stored``). Nothing else in the package calls them: a test holds that. Whatever fails within comes
out as a refusal with the file, the layer and the cause in the user's language, never as a library's exception.
"""
