"""How the guide becomes a site: `make docs`. Built without a network; a warning is a failure."""

project = "Otternauts Desktop"
author = "The authors of Otternauts"
project_copyright = author
extensions = ["myst_parser"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
source_suffix = {".md": "markdown"}
exclude_patterns = ["screenshots"]
html_theme = "furo"
html_title = "Otternauts"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
