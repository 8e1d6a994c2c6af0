#!/usr/bin/env bash
# Builds the wheel, installs it into an empty environment, and runs from there, outside the checkout, first the demo with
# nothing else installed and then the tutorials: `checks/wheel.sh UV`.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$1
checkout=$PWD
export OMP_NUM_THREADS=1 # tests run beside it

rm -rf .wheel
"$uv" build -q --wheel --out-dir .wheel
wheel=$(echo .wheel/*.whl)
"$uv" venv -q .wheel/env
"$uv" pip install -q --python .wheel/env "$wheel"
echo "$wheel: $(stat -c %s "$wheel") bytes"

away=$(mktemp -d)
trap 'rm -rf "$away"' EXIT
(cd "$away" && "$checkout/.wheel/env/bin/shiftscope" demo --no-view)

"$uv" pip install -q --python .wheel/env --group tutorials "$wheel[figures]"
(cd "$away" && "$checkout/.wheel/env/bin/python" "$checkout/checks/tutorials.py" .)
