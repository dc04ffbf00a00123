import pytest

from spongecalc.swmm.report_file import conduit_fullness, nonconverging_nodes, unstable_links

REPORT = """
  ********************************
  Highest Flow Instability Indexes
  ********************************
  Link C7 (12)
  Link 管3 (3)


  *********************************
  Most Frequent Nonconverging Nodes
  *********************************
  Node J9 (1.25%)
  Node J2 (0.04%)

"""


def test_ranked_lists():
    assert unstable_links(REPORT) == (("C7", 12.0), ("管3", 3.0))
    assert nonconverging_nodes(REPORT) == (("J9", 1.25), ("J2", 0.04))


def test_nothing_to_report():
    report = "  Highest Flow Instability Indexes\n  ****\n  All links are stable.\n\n"
    assert unstable_links(report) == ()
    assert nonconverging_nodes("") == ()
    assert conduit_fullness("") == {}


def test_fillings_agree_with_the_sections(runs):
    """Where links are saved the filling is exact; the report has it with two decimals."""
    for name in ("courtyard_lps", "valley_cms", "block_cfs"):
        result, report, _ = runs[name]
        printed = conduit_fullness(report)
        conduits = result.links[result.links.kind == "conduit"]
        assert list(printed) == list(conduits.index)
        assert conduits.max_fullness.tolist() == pytest.approx(list(printed.values()), abs=0.0051)
    dry, report, _ = runs["dry_lps"]
    assert dry.links.max_fullness.tolist() == list(conduit_fullness(report).values())
