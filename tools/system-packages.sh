#!/bin/sh
# Installs what pip cannot, where that is allowed, and otherwise names the one command that does.
# Usage: tools/system-packages.sh play|test PYTHON
set -eu
purpose=$1
python=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || {
    echo "$python is missing or older than Python 3.10: install a newer one, or name it with make PYTHON=python3.12." >&2
    exit 2
}
version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')

has() { command -v "$1" >/dev/null 2>&1; }
has_library() { "$python" -c "import ctypes.util, sys; sys.exit(ctypes.util.find_library('$1') is None)"; }
has_module() { "$python" -c "import $1" 2>/dev/null; }
has_headers() {
    "$python" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
}
# python-rtmidi has wheels up to Python 3.12; newer ones build it against the headers of ALSA and JACK.
builds_rtmidi() { "$python" -c 'import sys; sys.exit(sys.version_info < (3, 13))'; }
has_midi_headers() { has pkg-config && pkg-config --exists alsa jack; }

needed= # without these, nothing can be set up
wanted= # without these, something is left out
has cc || needed="$needed build-essential"
has_headers || needed="$needed $version-dev"
has_module ensurepip || needed="$needed $version-venv"

if [ "$(uname)" = Linux ]; then
    if builds_rtmidi && ! has_midi_headers; then
        has c++ || wanted="$wanted g++"
        wanted="$wanted pkg-config libasound2-dev libjack-jackd2-dev"
    fi
    has_library portaudio || wanted="$wanted libportaudio2"
    if [ "$purpose" = test ]; then
        has jackd || wanted="$wanted jackd2"
        has chromium || has chromium-browser || wanted="$wanted chromium"
        has lv2_validate && has sord_validate || wanted="$wanted lv2-dev sordi"
        has clang-22 || wanted="$wanted clang-22 libclang-rt-22-dev"
    fi
fi
[ -n "$needed$wanted" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    if has sudo && sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root=none; fi
fi
if has apt-get && [ "$as_root" != none ]; then
    export DEBIAN_FRONTEND=noninteractive
    echo "Installing$needed$wanted ..."
    $as_root apt-get update -qq || true
    if [ -n "$needed" ]; then
        $as_root apt-get install -qq --no-install-recommends $needed >/dev/null || exit 2
    fi
    # One by one: an older release lacks clang-22, and then only the tests that need it are left out.
    for package in $wanted; do
        $as_root apt-get install -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
            echo "$package can't be installed here: what needs it is left out." >&2
    done
    exit 0
fi

case $(uname) in
Darwin) command="xcode-select --install" ;;
*) command="sudo apt-get install$needed$wanted" ;;
esac
if [ -n "$needed" ]; then
    echo "A C compiler, Python's headers or its venv module is missing: run \`$command\`, then make again." >&2
    exit 2
fi
echo "Not all system libraries are there: run \`$command\`, then make again; until then, what needs them is left out." >&2
