#!/bin/sh
# Install the system packages that a purpose lacks: `sh requirements/system.sh demo|test`.
# As root on Debian it installs them; otherwise it prints the one command and stops. No server is started.
set -eu

run="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
tests="nginx-light postfix openssh-server openssl chromium nodejs npm openjdk-17-jdk-headless libjaxb-java qpdf poppler-utils fonts-dejavu-core"

case "${1:-}" in
demo) wanted=$run ;;
test) wanted="$run $tests" ;;
*) echo "usage: sh requirements/system.sh demo|test" >&2; exit 2 ;;
esac

have() {
    case "$1" in
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    nginx-light) command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] ;;
    openjdk-17-jdk-headless) command -v javac >/dev/null ;;
    *) dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' ;;
    esac
}

if ! command -v dpkg-query >/dev/null; then
    echo "certgate: not a Debian system; install what stands for: $wanted" >&2
    exit 0
fi
missing=""
for package in $wanted; do
    have "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "certgate: these Debian packages are missing. Run this, then try again:" >&2
    echo "    sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
fi

echo "certgate: installing$missing"
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    # Installed servers must not start by themselves: tests start their own, on loopback.
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing </dev/null
