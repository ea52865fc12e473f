#!/bin/sh
# Turns requirements/*.in into hash-locked lists for every system and every Python >= 3.11. Options go to uv.
set -eu
cd "$(dirname "$0")/../requirements"
lock() {
    list=$1
    shift
    ../.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --no-header --no-config "$@" "$list.in" --output-file "$list.txt"
}
lock uv "$@"
lock run "$@"
lock test --constraint run.txt "$@"
lock check --constraint run.txt --constraint test.txt "$@"
