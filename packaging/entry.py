"""Where a bundle starts."""

import sys

from otternauts_desktop.__main__ import main

sys.exit(main())
