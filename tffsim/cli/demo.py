"""`tffsim demo`: a federated training run on handwritten digits, from start to end."""

import gc
import time

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import tffsim as tff


@click.command(short_help="Train on handwritten digits with federated averaging.")
@click.option("--clients", default=20, show_default=True, type=click.IntRange(1), help="How many clients train.")
@click.option("--rounds", default=10, show_default=True, type=click.IntRange(1), help="For how many rounds.")
@click.option(
    "--split",
    default="iid",
    show_default=True,
    type=click.Choice(["iid", "dirichlet"]),
    help="How clients get digits: all the same mixture, or different ones.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="The same seed gives the same run.")
@click.option(
    "--learning-rate",
    default=0.2,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="The clients' step size.",
)
def demo(clients: int, rounds: int, split: str, seed: int, learning_rate: float) -> None:
    """Train on handwritten digits with federated averaging."""
    console = Console(highlight=False)
    with console.status("Loading TensorFlow ..."):
        from tffsim.simulation import digits, fed_avg  # Imports TensorFlow, which takes seconds.

        try:
            client_data, held_out = digits.load_digits(clients, split, seed=seed)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        datasets = client_data.datasets()
        next_round = fed_avg.fed_avg(learning_rate)
        weights = fed_avg.initial_weights(seed)
    # TensorFlow's objects stay for good: looking through all of them for garbage takes as long as several rounds.
    gc.freeze()

    console.print(f"Federated averaging: {clients} clients, {rounds} rounds, handwritten digits ({split}).")
    console.print("\nThe execution stack:")
    console.print(_drawing(clients), markup=False, soft_wrap=True)
    console.print()
    accuracy = 0.0
    with _progress_bar(console) as progress:
        for number in progress.track(range(1, rounds + 1), description="Training"):
            start = time.perf_counter()
            weights = next_round(weights, datasets)
            seconds = time.perf_counter() - start
            accuracy = fed_avg.accuracy(weights, held_out)
            console.print(f"round {number:3}   accuracy {accuracy:6.1%}   {seconds:6.2f} s")
    console.print(f"The model recognises {accuracy:.1%} of {len(held_out['label'])} digits that no client has.")


def _drawing(num_clients: int) -> str:
    """Draws the stack that is about to be used, as it is."""
    from tffsim.executor_stacks.drawing import draw

    context = tff.get_context()
    assert isinstance(context, tff.SyncExecutionContext)  # Nobody has set another one.
    return draw(context.executor_factory, num_clients)


def _progress_bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)
