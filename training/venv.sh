#!/usr/bin/env bash
# Makes a virtual environment with the trainer, and runs a program of it:  training/venv.sh pytest training/tests
# It is kept in a cache folder (GAUSSIAN_AVATAR_VENV, else below XDG_CACHE_HOME or ~/.cache) and made anew when what the
# trainer asks for changes.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
venv="${GAUSSIAN_AVATAR_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/babylon-gaussian-avatar/venv}"
python="${PYTHON:-python3}"

# Where the sources are, what they ask for, and the native code: any of these changes what has to be installed. The library
# that is built lies among the sources, so a fresh clone lacks it even where the environment has been made for its folder.
wanted="$here $(cat "$here/pyproject.toml" "$here/setup.py" "$here"/csrc/* | cksum)"
if [ "$(cat "$venv/installed" 2>/dev/null)" != "$wanted" ] || ! ls "$here"/gaussian_avatar_training/_native* > /dev/null 2>&1; then
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e "$here[dev]"
    echo "$wanted" > "$venv/installed"
fi
program="$1"
shift
exec "$venv/bin/$program" "$@"
