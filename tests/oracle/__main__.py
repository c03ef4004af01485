"""`python -m tests.oracle [PAIRS] [SEED]`: the two opinions compared, family by family; exit 1 where they differ."""

import sys

from tests.oracle.compare import compare_all, table

if __name__ == "__main__":
    numbers = [int(word.replace(",", "").replace("_", "")) for word in sys.argv[1:]]
    found = compare_all(*(numbers or [1_000_000]))
    print(table(found))
    for different in [each for one in found for each in one.differ][:5]:
        print(different)
    sys.exit(any(one.differ for one in found))
