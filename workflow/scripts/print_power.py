"""Print how often each claim would be supported, and how many animals it takes."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import listed, read_table

WIDEST = 56
"""Characters of a statement that are shown."""
LIMITS = (
    "An upper bound: vetoes, companions, other analyses and gates are not in it, and can only weaken a verdict.\n"
    "Single genes are tested by the moderated t-test, which is a little stricter than the Wald test.\n"
    "At 1 x about half are supported at most, since the estimate must reach the smallest effect of interest too.\n"
    "All: results/power/power.tsv."
)


def main(*, power: Path, animals: Path) -> None:
    """Print one line a claim: % of drawn studies that support it by true effect and animals, and the animals that it takes."""
    mapped, needed = read_table(power), read_table(animals)
    if mapped.empty:
        print("\nNo claim of the register is one that data could support.\n")
        return
    statements = needed.drop_duplicates("claim").set_index("claim")["statement"]
    draws, sizes = mapped["draws"].iloc[0], listed(mapped["n"].unique(), most=20)
    print(
        f"\nHow often each claim would be supported, in % of {draws} drawn studies, with {sizes} animals in each group"
    )
    for multiple, part in mapped.groupby("multiple"):
        print(
            f"\nTrue effect: {multiple:g} x the smallest effect of interest (where nothing is to change, the margin, the other way)"
        )
        shares = (100 * part.pivot(index="claim", columns="n", values="supported")).reindex(statements.index)
        for claim, row in shares.iterrows():
            print(f"  {claim:<5}{_cut(statements[claim]):<{WIDEST}}" + "".join(f"{share:5.0f}" for share in row))
    print("\nAnimals in each group that it takes to support what is true, by the same multiples\n")
    wide = needed.pivot(index="claim", columns="multiple", values="animals").reindex(statements.index)
    for claim, row in wide.iterrows():
        cells = "   ".join(f"{multiple:g} x: {text}" for multiple, text in row.items() if isinstance(text, str))
        print(f"  {claim:<5}{_cut(statements[claim]):<{WIDEST}}  {cells}")
    print(f"\n{LIMITS}\n")


def _cut(text: str) -> str:
    return text if len(text) < WIDEST else f"{text[: WIDEST - 2]}…"


run(main)
