# Shared by .ci/run and .ci/full; sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checkout=$work/checkout
python=${PYTHON:-python3}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=2

say() { printf '\n== %s\n' "$*"; }

# The code block of README.md that follows the comment <!-- ci: NAME -->.
readme() {
    local block
    block=$(awk -v mark="<!-- ci: $1 -->" '
        $0 == mark { seen = 1; next }
        seen && /^```/ { if (inside) exit; inside = 1; next }
        inside { print }' "$checkout/README.md")
    [ -n "$block" ] || { echo "README.md has no block marked <!-- ci: $1 -->" >&2; return 1; }
    printf '%s\n' "$block"
}

# A copy of what git knows, so that nothing ignored or left over can help; the open cases stay beside it.
copy_checkout() {
    mkdir -p "$checkout"
    (cd "$root" && git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - --ignore-failed-read) |
        tar -xf - -C "$checkout"
    if [ -d "$root/../shared" ]; then ln -s "$(cd "$root/../shared" && pwd)" "$work/shared"; fi
}

# One distribution file, in an environment of its own, outside the checkout: the main job.
try_distribution() {
    local place
    place=$(mktemp -d "$work/dist.XXXX")
    "$python" -m venv "$place/venv"
    "$place/venv/bin/pip" install "$1"
    (cd "$place" && "$place/venv/bin/symdiff" grad "x'*A*x" --wrt x \
        --let "x: vector(n); A: matrix(n, n)" --steps --check --latex) >"$place/out"
    grep -q "check: right" "$place/out" || { cat "$place/out"; return 1; }
    (cd "$place" && [ "$(venv/bin/python -m symdiff "grad(x'*A*x, x)" --let "x: vector(n); A: matrix(n, n)")" = "(A + A')*x" ])
}
