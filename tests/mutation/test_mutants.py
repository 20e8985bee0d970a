"""What mutation testing puts into the code."""

import ast
import textwrap

import pytest

from tests.mutation.__main__ import TARGETS, choose
from tests.mutation.mutants import mutants_of
from tests.mutation.runs import ROOT


@pytest.fixture
def differences(tmp_path):
    def of(source):
        path = tmp_path / "module.py"
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        mutants = mutants_of(path)
        for mutant in mutants:
            ast.parse(mutant.source())
        return {mutant.difference().splitlines()[-1].removeprefix("+ ").strip() for mutant in mutants}

    return of


def test_conditions_operators_and_numbers_are_changed(differences):
    assert differences("y = a < 1 and b\n") == {"y = a < 1 or b", "y = a <= 1 and b", "y = a < 2 and b"}
    assert differences("z = not x + y\n") == {"z = (x + y)", "z = not x - y"}


def test_statements_that_do_something_are_left_out(differences):
    assert differences("self.x = y\nf(z)\n") == {"pass"}
    assert differences("if x:\n    raise ValueError('1 < 2')\n") == {"pass"}
    assert differences("def f():\n    return x\n") == {"return None"}


def test_parts_of_what_is_compared_or_passed_on_are_left_out(differences):
    assert differences("key = (a, b, c)\n") == {"key = ((b, c))", "key = ((a, c))", "key = ((a, b))"}
    assert differences("y = f(a, b=c)\n") == {"y = f(a)"}
    assert differences("y = zip(a, b, strict=True)\n") == set()


def test_words_for_people_and_for_the_type_checker_are_left_alone(differences):
    source = '''
        """The 1 < 2 of a docstring."""
        __all__ = ["a", "b"]
        T = TypeVar("T", bound=int)
        Pair: TypeAlias = tuple[int, str]
        if TYPE_CHECKING:
            import x
        @decorated(slots=True)
        class C(Generic[A, B]):
            size: int | None
            def f(self, x: "tuple[int, str]") -> tuple[int, str]: ...
    '''
    assert differences(source) == set()


def test_text_outside_ascii_does_not_shift_the_edit(differences):
    assert differences("x = f('é–λ', y + z)\n") == {"x = f('é–λ', y - z)"}


def test_a_seed_chooses_the_same_faults_from_modules_of_every_target():
    assert choose(TARGETS, 20, seed=3) == choose(TARGETS, 20, seed=3) != choose(TARGETS, 20, seed=4)
    assert all(list(ROOT.glob(pattern)) for pattern in TARGETS)
