"""Small SWMM models that were once read wrong: one with every kind of element, and variants of it."""

from __future__ import annotations

ALL_KINDS = """\
[OPTIONS]
FLOW_UNITS CMS
FLOW_ROUTING DYNWAVE
START_DATE 01/01/2020
END_DATE 01/01/2020
END_TIME 06:00:00
REPORT_STEP 00:01:00
WET_STEP 00:01:00
DRY_STEP 00:10:00
ROUTING_STEP 5
LINK_OFFSETS DEPTH
[JUNCTIONS]
J1 1900.0 2.0
J2 1899.5 2.0
J3 1899.0 2.5
J4 1898.5 2.5 0 0 200
J5 1898.0 3.0
J6 1897.5 3.0
[OUTFALLS]
O1 1897.0 FREE YES
[STORAGE]
ST1 1895.5 4 0 FUNCTIONAL 0 0 200 0 0
[CONDUITS]
C1 J1 J2 50 0.013 0 0
C2 J2 J3 50 0.013 0 0
C3 J3 J4 50 0.013 0 0
C4 J4 J5 50 0.013 0 0
C5 J5 J6 50 0.013 0 0
C6 J6 O1 50 0.013 0 0
[PUMPS]
P1 ST1 J6 PC1 ON
[WEIRS]
WE1 J5 ST1 TRANSVERSE 1.0 1.8 NO
[ORIFICES]
OR1 J4 ST1 SIDE 0.5 0.65 NO
[XSECTIONS]
C1 CIRCULAR 0.4 0 0 0 1
C2 CIRCULAR 0.4 0 0 0 3
C3 CIRCULAR 0.4 0 0 0 1
C4 FORCE_MAIN 0.5 120 0 0 1
C5 FILLED_CIRCULAR 0.8 0.1 0 0 1
C6 CIRCULAR 0.5 0 0 0 1
WE1 RECT_OPEN 0.5 1 0 0
OR1 CIRCULAR 0.3 0 0 0
[LOSSES]
C1 0.5 0.5 0 YES 0
[CURVES]
PC1 PUMP2 0 0
PC1 3 0.1
[DWF]
J1 FLOW 0.01
[COORDINATES]
J1 0 0
J2 50 0
J3 100 0
J4 150 0
J5 200 0
J6 250 0
O1 300 0
ST1 200 60
[POLYGONS]
S1 0 10
S1 200 10
S1 200 100
S1 0 100
[SUBCATCHMENTS]
S1 R1 J1 1.8 60 100 1 0
[SUBAREAS]
S1 0.012 0.1 1 3 25 OUTLET
[INFILTRATION]
S1 76 3 4 7 0
[RAINGAGES]
R1 INTENSITY 0:05 1 TIMESERIES T1
[TIMESERIES]
T1 0 40
T1 1 0
"""


def changed(*pairs: tuple[str, str]) -> str:
    """The model with some words in the place of others, each of which it must hold."""
    text = ALL_KINDS
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


CASES = {
    "all_kinds": ALL_KINDS,
    "length": changed(("C1 J1 J2 50", "C1 J1 J2 80")),
    "feet": changed(
        ("CMS", "CFS"), ("[COORDINATES]", "[MAP]\nDIMENSIONS 0 0 300 100\nUnits Feet\n[COORDINATES]")
    ),
    "divider": changed(
        ("[STORAGE]", "[DIVIDERS]\nDV 1897.8 12 CUTOFF 0.1 2.7 0 0 0\n[STORAGE]"),
        ("C6 J6 O1 50", "C7 J6 DV 30 0.013 0 0\n12 DV O2 30 0.013 0 0\nC6 J6 O1 50"),
        ("O1 1897.0 FREE YES", "O1 1897.0 FREE YES\nO2 1897.0 FREE"),
        ("C6 CIRCULAR", "C7 CIRCULAR 0.5 0 0 0 1\n12 CIRCULAR 0.5 0 0 0 1\nC6 CIRCULAR"),
        ("O1 300 0", "O1 300 0\nDV 275 -20\nO2 300 -40"),
    ),
    "case": changed(("C4 J4", "C4 j4")),
    "short": changed(
        ("[JUNCTIONS]", "[JUNCTION]"),
        ("[CONDUITS]", "[CONDUIT]"),
        ("[XSECTIONS]", "[XSECTION]"),
        ("[COORDINATES]", "[COORDINATE]"),
    ),
    "few_items": changed(("C2 J2 J3 50 0.013 0 0", "C2 J2 J3")),
}
