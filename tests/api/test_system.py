import pytest

from spongecalc.network.graph import drainage_graph


def test_layers_of_a_scenario_by_id(project):
    system = project.system("A", "after")
    assert system.communities == ("A",)
    assert system.scenario == "after"
    assert list(system.pipes.index) == ["A-PR", "A-PS"]
    assert system.nodes.loc["A-R1", "invert_m"] == 99.0
    assert set(system.surfaces["cover"]) == {"permeable_concrete", "green"}
    assert list(project.system("A", "before").pipes.index) == ["A-PC"]
    assert len(system.connections) == 3
    assert list(system.buildings.index) == ["A-H"]
    assert system.facilities.empty


def test_the_graph_runs_along_the_flow(project):
    graph = project.system("A", "after").graph
    assert list(graph.successors("A-R1")) == ["A-R2"]
    assert graph.edges["A-R1", "A-R2", ("pipes", "A-PR")]["length_m"] == pytest.approx(30.0)
    assert drainage_graph  # the same function that the product traces with


def test_upstream_and_downstream(project):
    system = project.system("A", "after")
    up = system.upstream_of("A-R2")
    assert up.nodes == ("A-R1", "A-R2")
    assert up.pipes == ("A-PR",)
    assert up.area_m2 == pytest.approx(1600.0)
    assert up.households == 40
    assert repr(up) == "<Trace upstream of A-R2: 2 nodes, 1 pipes, 30.0 m, 1600 m2, 40 households>"
    assert system.downstream_of("A-H").outfalls == ("A-R2", "A-S2")
    with pytest.raises(KeyError, match="'A-R2'"):
        system.upstream_of("A-R22")
    with pytest.raises(KeyError, match="'None'"):
        system.upstream_of(None)


def test_cross_connections_are_those_of_the_table(project):
    table = project.table("separation")
    for community in project.communities:
        for scenario in project.scenarios:
            found = project.system(community, scenario).cross_connections()
            own = table[(table["community_id"] == community) & (table["scenario"] == scenario)]
            assert found["connection_id"].tolist() == own["connection_id"].tolist()
            columns = [c for c in found.columns if c not in ("x_m", "y_m")]
            assert found[columns].to_dict("records") == own[columns].to_dict("records")
    assert len(project.system("A", "before").cross_connections()) == 1
    assert project.system("A", "after").cross_connections().empty


def test_unknown_names(project):
    with pytest.raises(KeyError, match="There is no community 'E'"):
        project.system("E", "after")
    with pytest.raises(KeyError, match="The nearest is 'before'"):
        project.system("A", "befor")


def test_a_system_and_its_model_are_one_object(project):
    assert project.system("A", "after") is project.system("A", "after")
    assert project.system("A", "after").to_swmm() is project.system("A", "after").to_swmm()


def test_it_shows_itself(project):
    system = project.system("A", "after")
    assert repr(system) == "<System A after: 4 nodes, 2 pipes>"
    assert "<td>after</td>" in system._repr_html_()
