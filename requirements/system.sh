#!/bin/sh
# Install the system packages that a purpose lacks: `sh requirements/system.sh demo|test`.
# As root on Debian it installs them; otherwise it prints the one command and stops. No server is started.
set -eu

run="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
tests="nginx-light postfix openssh-server openssl curl chromium libatomic1 nodejs npm default-jdk-headless libjaxb-java qpdf poppler-utils fonts-dejavu-core"

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
    default-jdk-headless) command -v javac >/dev/null ;;
    *) dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' ;;
    esac
}

if ! command -v dpkg-query >/dev/null; then
    echo "certgate: not a Debian system; this must be there, whatever it is called here: $wanted" >&2
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
    trap 'exit 1' HUP INT TERM
fi
export DEBIAN_FRONTEND=noninteractive
fail() {
    echo "certgate: apt-get could not install$missing; what it said stands above" >&2
    exit 1
}
apt-get update -qq || echo "certgate: apt-get update failed; trying with the lists that are here" >&2
if command -v debconf-set-selections >/dev/null; then
    # Tests bring their own settings; those of the machine stay unwritten.
    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
fi
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null || fail
