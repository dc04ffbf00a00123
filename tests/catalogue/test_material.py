"""A material is recognised by one rule, and one known to one use is known to all."""

from __future__ import annotations

import pytest

from spongecalc.catalogue.catalogue import shipped
from spongecalc.catalogue.material import METAL, PLASTIC
from spongecalc.catalogue.pipe_section import PipeSections
from spongecalc.design.sizes import size_kind
from spongecalc.network.earthworks import laid_pipes
from spongecalc.scenario import drainage_systems
from spongecalc.swmm.links import links_of
from tests.design.nets import chain
from tests.network.bill_layers import layer_set, node, pipe, square

PLASTICS = (
    "PP",
    "FRPP",
    "PE",
    "HDPE",
    "PVC",
    "PVC-U",
    "UPVC",
    "聚乙烯",
    "高密度聚乙烯",
    "双壁波纹管",
    "HDPE双壁波纹管",
    "ＰＰ",
    "pvcu",
    "PE100管",
    "钢带增强聚乙烯管",
    "玻璃钢夹砂管",
)
# GB 50014-2021, table 5.2.3: UPVC, PE and GRP 0.009-0.010; pipes of polypropylene are as smooth.
PLASTIC_N = 0.010


@pytest.mark.parametrize(
    ("written", "material", "n"),
    [
        (" hdpe ", "HDPE", 0.010),
        ("HDPE pipe", "HDPE", 0.010),
        ("HDPE B型", "HDPE", 0.010),
        ("PE SN8 管", "PE", 0.010),
        ("钢 筋 混凝土", "reinforced_concrete", 0.014),
        ("球铁管", "ductile_iron", 0.012),
        ("polyethylene", "PE", 0.010),
        ("polypropylene pipe", "PP", 0.010),
        ("砼", "concrete", 0.014),
        ("C30砼管", "concrete", 0.014),
        ("钢筋混凝土承插管", "reinforced_concrete", 0.014),
        ("钢砼", "reinforced_concrete", 0.014),
        ("钢", "steel", 0.012),
        ("镀锌钢管", "steel", 0.012),
        ("cast iron pipe", "cast_iron", 0.013),
        ("cast_iron", "cast_iron", 0.013),
        ("球墨铸铁管", "ductile_iron", 0.012),
        ("石棉水泥管", "asbestos_cement", 0.012),
        ("Brick", "brick", 0.015),
        ("浆砌砖", "brick", 0.015),
        ("浆砌块石", "stone", 0.017),
    ],
)
def test_the_longest_name_within_decides(written: str, material: str, n: float) -> None:
    found = shipped().material(written)
    assert found is not None
    assert (found.material, found.manning_n) == (material, n)
    assert shipped().roughness(written) == (n, True)


@pytest.mark.parametrize("written", [None, "", "bamboo", "竹", "pipe", "钢波纹板", float("nan")])
def test_an_unknown_material_takes_the_roughness_of_concrete_and_says_so(written: object) -> None:
    assert shipped().material(written) is None
    assert shipped().roughness(written) == (0.014, False)


@pytest.mark.parametrize("written", PLASTICS)
def test_a_plastic_is_plastic_in_every_use(written: str) -> None:
    catalogue = shipped()
    material = catalogue.material(written)
    assert material is not None and material.family == PLASTIC
    net = chain({"material": written, "diameter_mm": 300.0, "system": "storm"})
    assert net.pipes["manning_n"].tolist() == [PLASTIC_N]
    assert size_kind("storm", 300.0, material, "community")[1] == "storm plastic"
    assert 300.0 in material.sizes_mm
    assert laid_pipes(net.pipes, catalogue).wall_m[0] == pytest.approx(0.3 * 0.085)
    assert not laid_pipes(net.pipes, catalogue).rigid[0]


@pytest.mark.parametrize("written", PLASTICS)
def test_a_plastic_pipe_has_plastics_n_in_the_model(written: str, settings) -> None:  # type: ignore[no-untyped-def]
    from shapely import LineString, Point

    ends = {"from_node": "N0", "to_node": "N1", "invert_up_m": 98.0, "invert_down_m": 97.7}
    layers = layer_set(
        communities=[square("A", -1000, 1000)],
        pipes=[pipe("P1", LineString([(0, 0), (30, 0)]), material=written, **ends)],
        nodes=[
            node("N0", Point(0, 0), 100.0, 98.0, kind="manhole"),
            node("N1", Point(30, 0), 100.0, 97.7, kind="outfall"),
        ],
    )
    (system,) = drainage_systems(layers, settings.scenarios[-1])[0]
    links, findings = links_of(system, settings, {"N0": "N0", "N1": "N1"}, set())
    assert [c.roughness for c in links.conduits] == [PLASTIC_N]
    assert "pipe.roughness_assumed" not in {f.rule for f in findings}


def test_every_name_of_every_material_means_it_in_all_uses() -> None:
    """Roughness, family, walls, sizes, joints: whoever asks gets the same material."""
    catalogue = shipped()
    for material in catalogue.materials.values():
        for name in (*material.names, material.name_en):
            assert catalogue.material(name) is material, name
            assert catalogue.roughness(name) == (material.manning_n, True)
            assert catalogue.family(name) == material.family
    assert {m.family for m in catalogue.materials.values()} == {PLASTIC, METAL, "concrete", "clay", "masonry"}


@pytest.mark.parametrize(
    ("material", "outer_mm", "nominal"),
    [
        ("PVC-U", 315.0, 300.0),
        ("HDPE", 160.0, 150.0),
        ("HDPE", 333.0, None),
        ("砼", 360.0, 300.0),
        ("砖", 300, None),
    ],
)
def test_an_outer_diameter_becomes_a_nominal_one(material: str, outer_mm: float, nominal: float | None) -> None:
    found = shipped().material(material)
    assert found is not None
    assert found.nominal_mm(outer_mm) == nominal


def test_only_plain_concrete_has_flat_joints() -> None:
    joints = {
        n: m.has_flat_joints(n)
        for n in ("混凝土", "混凝土承插管", "钢筋混凝土", "HDPE")
        if (m := shipped().material(n))
    }
    assert joints == {"混凝土": True, "混凝土承插管": False, "钢筋混凝土": False, "HDPE": False}


def test_sections_of_a_frame_know_what_is_round() -> None:
    net = chain(
        {"material": "PP", "diameter_mm": 300.0}, {"shape": "egg", "height_mm": 900.0, "diameter_mm": None}
    )
    sections = PipeSections.of(net.pipes)
    assert sections.is_circular.tolist() == [True, False]
    assert sections.height_m.tolist() == [0.3, 0.9]
    assert sections.inner_width_m[1] == pytest.approx(0.6)
