#!/usr/bin/env bash
# h5netcdf gives packed values as they lie in the file, its netCDF4 look-alike too.
#
# One would guess: h5netcdf.legacyapi stands in for netCDF4, which applies scale_factor, add_offset and _FillValue by
#                  itself: rain packed as tenths of a millimetre is read in millimetres, with gaps masked.
# What happens:    whole numbers as stored: ten times the rain, and -32768 in the gaps. scipy's netcdf_file with
#                  maskandscale=True reads a classic file with the same packing right.
# Seen with h5netcdf 1.8.2 on 2026-11-29.
#
# Prints the version and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check h5netcdf==1.8.2 h5py==3.16.0 scipy numpy==2.5.5
cd "$folder"

cat > "$folder/look.py" <<'PY'
import sys
from importlib.metadata import version

import numpy as np
from h5netcdf import legacyapi
from scipy.io import netcdf_file

print("h5netcdf", version("h5netcdf"), "h5py", version("h5py"), "scipy", version("scipy"))
packed = np.array([0, 15, -32768, 20], dtype="i2")
print("written: tenths of a millimetre, 0 15 (gap) 20; by hand 0, 1.5, missing, 2.0 mm")
with legacyapi.Dataset("rain.nc", "w") as file:
    file.createDimension("time", 4)
    rain = file.createVariable("pr", "i2", ("time",), fill_value=-32768)
    rain.setncattr("scale_factor", 0.1)
    rain[:] = packed
with netcdf_file("classic.nc", "w") as file:
    file.createDimension("time", 4)
    rain = file.createVariable("pr", "h", ("time",))
    rain._FillValue, rain.scale_factor = np.int16(-32768), 0.1
    rain[:] = packed
with legacyapi.Dataset("rain.nc") as file:
    seen = np.ma.filled(np.ma.asarray(file.variables["pr"][:], dtype=float), np.nan).tolist()
with netcdf_file("classic.nc", mmap=False, maskandscale=True) as file:
    classic = np.ma.filled(np.ma.asarray(file.variables["pr"][:], dtype=float), np.nan).tolist()
print("h5netcdf.legacyapi:", seen)
print("scipy:             ", [round(v, 3) for v in classic])
right = np.isnan(classic[2]) and np.allclose([v for v in classic if v == v], [0, 1.5, 2])
sys.exit(0 if seen == [0.0, 15.0, -32768.0, 20.0] and right else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
