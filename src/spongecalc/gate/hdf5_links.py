"""Links in NetCDF of version 4 (HDF5), by which a file takes its values from others."""

from __future__ import annotations

from pathlib import Path

from spongecalc.gate.not_admitted import NotAdmittedError, PointerError


def refuse_hdf5_links(path: Path) -> None:
    """Refuse a file whose values lie in other files; without the library to ask, every file.

    Raises
    ------
    NotAdmittedError
        It has such links, or nobody can say.
    OSError
        It is damaged.
    """
    try:
        import h5py  # noqa: PLC0415  of the extra [netcdf]
    except ModuleNotFoundError:
        raise NotAdmittedError("needs_netcdf", extra="spongecalc[netcdf]") from None

    elsewhere: list[str] = []

    def of_link(name: str, link: object) -> None:
        if isinstance(link, h5py.ExternalLink):
            elsewhere.append(name)

    def of_data(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
            elsewhere.append(name)

    with h5py.File(path, "r") as held:
        held.visititems_links(of_link)
        held.visititems(of_data)
    if elsewhere:
        raise PointerError(f"HDF5: {elsewhere[0][:80]}")
