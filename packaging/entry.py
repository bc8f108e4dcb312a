"""Where a bundle starts."""

import os
import sys
from pathlib import Path

from otternauts_desktop.__main__ import main

AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, Alpine
)
"""Where systems keep the authorities they trust: OpenSSL in a bundle looks where its builder's
does. Windows asks the system by itself."""

if sys.platform != "win32":
    found = next((path for path in AUTHORITIES if Path(path).is_file()), None)
    if found:
        os.environ.setdefault("SSL_CERT_FILE", found)

sys.exit(main())
