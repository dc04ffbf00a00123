"""pyswmm's calls to the model that the engine of this process holds open, by the engine's own numbers.

pyswmm names every object by its id and has the engine look its number up. An id of a file that is not in UTF-8
(SWMM's own interface writes GBK on a Chinese Windows) does not survive that way, and pyswmm says that the object
does not exist; a number does, and where a number is known there is nothing to look up.
"""

from pyswmm.swmm5 import PySWMM


class OpenModel(PySWMM):
    """pyswmm's toolkit calls, to which a number may be given wherever they take an id.

    The engine keeps its model in globals, so that one made without files speaks to whatever is open, such as the
    model of a ``pyswmm.Simulation``.
    """

    def getObjectIDIndex(self, objecttype: int, ID: int | str) -> int:  # noqa: N802, N803  pyswmm's names
        """Return the engine's number of an object: the number itself, or that of an id."""
        if isinstance(ID, int):
            return ID
        return int(super().getObjectIDIndex(objecttype, ID))
