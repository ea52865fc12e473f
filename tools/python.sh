#!/bin/sh
# Runs its arguments with the first Python >= 3.11 of this machine; PYTHON=/path chooses one.
set -u
for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$name" "$@"
    fi
done
echo "Tremplin needs Python 3.11 or newer, and found none (tried: ${PYTHON:-python3, python3.11 to python3.14})." >&2
echo "Install one (on Debian or Ubuntu: sudo apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3 ..." >&2
exit 1
