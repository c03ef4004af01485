"""python -m shared.contracts: write the JSON Schemas and docs/events.md."""

import sys

from shared.contracts.generate import main

sys.exit(main())
