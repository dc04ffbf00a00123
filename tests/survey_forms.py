"""The layers of a project as surveyors deliver them: GBK Shapefiles, CJJ 61 tables, drawings, a database.

Each writer returns the lines of a spongecalc.toml's layers that read its delivery back.
"""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

SYSTEMS = {"storm": "雨水", "sewage": "污水", "combined": "合流"}
STATUSES = {"existing": "现状", "proposed": "新建", "removed": "废除"}
NODE_KINDS = {
    "manhole": "检查井",
    "inlet": "雨水口",
    "outfall": "出水口",
    "septic_tank": "化粪池",
    "storage": "调蓄池",
}
RECEIVERS = {
    "municipal_storm": "市政雨水",
    "municipal_sewage": "市政污水",
    "municipal_combined": "市政合流",
    "river": "河道",
}
COVERS = {
    "concrete": "混凝土",
    "permeable_concrete": "透水混凝土",
    "green": "绿地",
    "sunken_green": "下凹绿地",
    "bare_soil": "裸土",
}
SHAPES = {"circular": "圆形", "rect_closed": "矩形", "rect_open": "明渠", "egg": "卵形"}
LATERALS = {
    "yard_drain": "庭院排水",
    "toilet": "厕所",
    "kitchen": "厨房",
    "balcony_drain": "阳台",
    "roof_drain": "屋面雨水",
}
VALUES = {
    "system": SYSTEMS,
    "status": STATUSES,
    "receives": RECEIVERS,
    "cover": COVERS,
    "shape": SHAPES,
    "nodes.kind": NODE_KINDS,
    "connections.kind": LATERALS,
}

# Chinese names of five characters at most: what ten bytes of a Shapefile hold in GBK.
_SHORT = {
    "communities": "小区编号 名称 期次 片区 网格 户数 人口 栋数 建筑面积 雨水管长 污水管长",
    "nodes": "点号 系统 附属物 地面高程 井底高程 排入 受纳水位 状态 小区编号 受纳能力",
    "pipes": "管线编号 系统 起点点号 终点点号 断面形状 管径 断面宽 断面高 材质 糙率 起点管底 终点管底 "
    "淤积深度 埋设年代 状态 小区编号",
    "surfaces": "编号 下垫面 状态 小区编号 面层厚度 基层厚度 孔隙率 基孔隙率 透水系数 土基渗透 铺设日期",
    "buildings": "楼栋编号 户数 人口 层数 屋面排入 污水排入 状态 小区编号",
    "connections": "编号 来源 类型 接入点号 状态 小区编号",
    "facilities": "设施编号 类型 容积 面积 进水点号 溢流至 弃流量 日用水量 状态 小区编号",
    "ponding_records": "记录编号 日期 水深 历时 积水面积 降雨量 小区编号",
    "utilities": "管线编号 类别 管径 管顶高程 状态 小区编号",
}
SHORT_NAMES = {layer: tuple(names.split()) for layer, names in _SHORT.items()}


def read_all(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """Every layer of a GeoPackage that the contract knows."""
    names = [str(n) for n in pyogrio.list_layers(path)[:, 0]]
    return {name: pyogrio.read_dataframe(path, layer=name) for name in names if name in SHORT_NAMES}


def in_chinese(layer: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The values as surveyors write them."""
    out = frame.copy()
    for column in frame.columns:
        names = VALUES.get(f"{layer}.{column}", VALUES.get(column))
        if names:
            out[column] = [names.get(v, v) if isinstance(v, str) else None for v in frame[column]]
    return out


def _toml_fields(fields: dict[str, str]) -> str:
    return "fields = { " + ", ".join(f'{c} = "{f}"' for c, f in fields.items()) + " }"


def _toml_values(layer: str, columns: list[str]) -> list[str]:
    lines = []
    for column in columns:
        names = VALUES.get(f"{layer}.{column}", VALUES.get(column))
        if names:
            pairs = ", ".join(f'"{z}" = "{e}"' for e, z in names.items())
            lines.append(f"values.{column} = {{ {pairs} }}")
    return lines


def shapefiles_in_gbk(frames: dict[str, gpd.GeoDataFrame], folder: Path) -> str:
    """Shapefiles with Chinese fields and values in GBK, which nothing beside them says."""
    blocks = []
    for layer, frame in frames.items():
        columns = [c for c in frame.columns if c != "geometry"]
        names = dict(zip(columns, SHORT_NAMES[layer], strict=True))
        path = folder / f"{layer}.shp"
        pyogrio.write_dataframe(
            in_chinese(layer, frame).rename(columns=names), path, driver="ESRI Shapefile", encoding="GBK"
        )
        path.with_suffix(".cpg").unlink(missing_ok=True)
        lines = [
            f"[layers.{layer}]",
            f'source = "{path.name}"',
            _toml_fields(names),
            *_toml_values(layer, columns),
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def gpkg_blocks(names: list[str], source: str) -> str:
    """The other layers, from the GeoPackage."""
    return "\n\n".join(f'[layers.{n}]\nsource = "{source}"\nlayer = "{n}"' for n in names)


def write_sheet(path: Path, title: str, header: list[str], rows: list[list[object]]) -> None:
    """A table with a title above its heading, as .xlsx or as .csv in GBK."""
    if path.suffix == ".xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append([title])
        for row in [header, *rows]:
            sheet.append(row)
        book.save(path)
        return
    with path.open("w", encoding="gb18030", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([title])
        writer.writerows([header, *rows])


def _cell(value: object) -> object:
    return None if value is None or (not isinstance(value, str) and pd.isna(value)) else value


def survey_tables(frames: dict[str, gpd.GeoDataFrame], folder: Path, suffix: str = ".xlsx") -> str:
    """A point table and a line table as CJJ 61 has them: X is north, wells by their depth, sizes as text."""
    nodes, pipes = in_chinese("nodes", frames["nodes"]), in_chinese("pipes", frames["pipes"])
    head = [
        "物探点号",
        "附属物",
        "X",
        "Y",
        "地面高程",
        "井深",
        "类别",
        "排入",
        "受纳水位",
        "受纳能力",
        "状态",
        "小区编号",
    ]
    rows = [
        [
            r.node_id,
            r.kind,
            round(r.geometry.y, 3),
            round(r.geometry.x, 3),
            r.ground_m,
            round(r.ground_m - r.invert_m, 3),
            r.system,
            _cell(r.receives),
            _cell(r.outfall_level_m),
            _cell(r.receiver_capacity_l_s),
            r.status,
            _cell(r.community_id),
        ]
        for r in nodes.itertuples()
    ]
    write_sheet(folder / f"points{suffix}", "地下管线点成果表", head, rows)
    head = ["管线编号", "起点点号", "终点点号", "断面形状", "断面尺寸", "材质", "糙率", "起点埋深", "终点埋深"]
    head += ["淤积深度", "埋设年代", "类别", "状态", "小区编号"]
    ground = frames["nodes"].set_index("node_id")["ground_m"]
    rows = []
    for r in pipes.itertuples():
        size = f"DN{r.diameter_mm:g}" if pd.notna(r.diameter_mm) else f"{r.width_mm:g}X{r.height_mm:g}"
        rows.append(
            [
                r.pipe_id,
                r.from_node,
                r.to_node,
                r.shape,
                size,
                _cell(r.material),
                r.roughness,
                round(ground[r.from_node] - r.invert_up_m, 3),
                round(ground[r.to_node] - r.invert_down_m, 3),
                _cell(r.sediment_mm),
                _cell(r.year),
                r.system,
                r.status,
                _cell(r.community_id),
            ]
        )
    write_sheet(folder / f"lines{suffix}", "地下管线线成果表", head, rows)
    nodes_block = f'[layers.nodes]\nsource = "points{suffix}"\ncrs = "EPSG:4543"'
    pipes_block = f'[layers.pipes]\nsource = "lines{suffix}"\npoints = "points{suffix}"\ncrs = "EPSG:4543"'
    return f"{nodes_block}\n\n{pipes_block}"


def drawing(frames: dict[str, gpd.GeoDataFrame], path: Path) -> str:
    """Pipes as polylines with a text beside them, nodes as blocks with attributes, on layers by system."""
    import ezdxf

    document = ezdxf.new("R2010", setup=False)
    block = document.blocks.new("WELL")
    block.add_circle((0, 0), 0.35)
    tags = ["点号", "附属物", "地面高程", "井底高程", "排入", "受纳水位", "受纳能力", "状态", "小区编号"]
    for number, tag in enumerate(tags):
        block.add_attdef(tag, (0, -0.3 * number))
    space = document.modelspace()
    codes = {"storm": "YS", "sewage": "WS", "combined": "HS"}
    for r in in_chinese("nodes", frames["nodes"]).assign(code=frames["nodes"]["system"].map(codes)).itertuples():
        values = [
            r.node_id,
            r.kind,
            r.ground_m,
            r.invert_m,
            r.receives,
            r.outfall_level_m,
            r.receiver_capacity_l_s,
            r.status,
            _cell(r.community_id),
        ]
        well = space.add_blockref("WELL", (r.geometry.x, r.geometry.y), dxfattribs={"layer": f"{r.code}_POINT"})
        for tag, value in zip(tags, values, strict=True):
            if _cell(value) is not None:
                well.add_attrib(tag, str(value), (r.geometry.x, r.geometry.y))
    for r in in_chinese("pipes", frames["pipes"]).assign(code=frames["pipes"]["system"].map(codes)).itertuples():
        space.add_lwpolyline(list(r.geometry.coords), dxfattribs={"layer": f"{r.code}_LINE"})
        size = f"DN{r.diameter_mm:g}" if pd.notna(r.diameter_mm) else f"{r.width_mm:g}X{r.height_mm:g}"
        label = f"{r.pipe_id} {size} {r.material} {r.shape} n={r.roughness:g} y={_cell(r.sediment_mm) or 0:g} "
        label += (
            f"{r.from_node}/{r.invert_up_m:.3f}-{r.to_node}/{r.invert_down_m:.3f} {r.status} {r.community_id}"
        )
        middle = r.geometry.interpolate(0.5, normalized=True)
        text = space.add_text(label, height=0.5, dxfattribs={"layer": f"{r.code}_TEXT"})
        text.set_placement((middle.x, middle.y))
    document.saveas(path)
    pattern = (
        r"(?P<管线编号>\\S+) (?P<管径>\\S+) (?P<材质>\\S+) (?P<断面形状>\\S+) "
        r"n=(?P<糙率>\\S+) y=(?P<淤积深度>\\S+) "
        r"(?P<起点点号>\\S+)/(?P<起点管底高程>[\\d.]+)-(?P<终点点号>\\S+)/(?P<终点管底高程>[\\d.]+) "
        r"(?P<状态>\\S+) (?P<小区编号>\\S+)"
    )
    blocks = []
    for system, code in codes.items():
        blocks.append(
            f'[[layers.nodes]]\nsource = "{path.name}"\nlayer = "{code}_POINT"\ncrs = "EPSG:4543"\n'
            f'constants = {{ system = "{system}" }}'
        )
        blocks.append(
            f'[[layers.pipes]]\nsource = "{path.name}"\nlayer = "{code}_LINE"\ncrs = "EPSG:4543"\n'
            f'constants = {{ system = "{system}" }}\n'
            f'labels = {{ within = "0.2 m", layers = ["{code}_TEXT"], pattern = "{pattern}" }}'
        )
    return "\n\n".join(blocks)
