import pickle

import pytest

from spongecalc.language.unknown_name import UnknownNameError, known_name, known_names

THREE = ("EY01", "EY02", "WJ03")


def test_a_known_name_is_given_back():
    assert known_name("community", "EY02", THREE) == "EY02"


def test_the_error_names_the_nearest_and_what_there_is():
    with pytest.raises(KeyError) as caught:
        known_name("community", "WJ3", THREE)
    assert str(caught.value) == "There is no community 'WJ3'. The nearest is 'WJ03'. There are: EY01, EY02, WJ03."
    assert caught.value.nearest == "WJ03"


def test_case_does_not_hide_the_nearest():
    with pytest.raises(UnknownNameError) as caught:
        known_name("community", "ey01", THREE)
    assert caught.value.nearest == "EY01"


def test_nothing_like_it_names_none():
    with pytest.raises(UnknownNameError) as caught:
        known_name("storm", "zzz", THREE, "zh")
    assert str(caught.value) == "没有这个降雨：'zzz'。可用的有：EY01、EY02、WJ03。"


def test_many_names_are_counted():
    with pytest.raises(UnknownNameError, match="and 88 more"):
        known_name("node", "x", [f"N{n}" for n in range(100)])


def test_what_is_no_text_is_no_name():
    with pytest.raises(UnknownNameError, match="'3'"):
        known_name("node", 3, ("N3",))


def test_no_names_at_all():
    with pytest.raises(UnknownNameError, match="There is none"):
        known_name("node", "N1", ())


@pytest.mark.parametrize(
    ("given", "names"),
    [("EY01", ("EY01",)), (["EY02", "EY01", "EY02"], ("EY02", "EY01")), (None, THREE), ((), ())],
)
def test_a_text_is_a_list_of_one(given, names):
    assert known_names("community", given, THREE) == names


def test_the_error_travels_between_processes():
    error = UnknownNameError("community", "EY1", THREE, "zh")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
