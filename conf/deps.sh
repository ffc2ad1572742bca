#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Installs what is missing, by apt-get or dnf, as root or by sudo:
#
#   conf/deps.sh build     compiler, make, httpd, development files of it, zlib,
#                        brotli, jansson, c-ares, OpenSSL, expat, PCRE2
#   conf/deps.sh test      for unit tests, style checks and the suite
#   conf/deps.sh fuzz      clang with libFuzzer
#   conf/deps.sh ci        what only CI runs: cppcheck, git
#
# Says what it installs; says and does nothing when all is there.  Services of
# packages are not started, the system's httpd is not reconfigured.
set -eu

packages_apt() {
    case $1 in
    build) has_toolchain || echo gcc libc6-dev make apache2-bin apache2-dev openssl
        wants_libraries && echo zlib1g-dev libbrotli-dev \
            libjansson-dev libc-ares-dev libssl-dev libmaxminddb-dev \
            libhiredis-dev libexpat1-dev libpcre2-dev || : ;;
    test) echo perl openssl curl libapache2-mod-perl2-dev libwww-perl \
        libio-socket-ssl-perl liblwp-protocol-https-perl libjson-xs-perl \
        libcmocka-dev mmdb-bin slowhttptest redis-server \
        "$(first_known clang-format-14 clang-format)"
        has_php || echo php-cli ;;
    fuzz) echo clang libclang-rt-dev ;;
    ci) echo cppcheck git ;;
    *) fail "no such group of packages: $1" ;;
    esac
}

packages_dnf() {
    case $1 in
    build) has_toolchain || echo gcc make httpd-core httpd-devel mod_ssl \
        redhat-rpm-config openssl
        wants_libraries && echo zlib-devel brotli-devel \
            jansson-devel c-ares-devel openssl-devel pcre2-devel expat-devel \
            libmaxminddb-devel hiredis-devel || : ;;
    test) echo perl-interpreter perl-Test-Harness perl-JSON-PP \
        perl-HTTP-Tiny perl-Getopt-Long mod_http2 \
        'perl(Apache::Test)' 'perl(LWP)' 'perl(IO::Socket::SSL)' \
        'perl(LWP::Protocol::https)' 'perl(JSON::XS)' libcmocka-devel \
        clang-tools-extra \
        libmaxminddb /usr/bin/redis-server \
        libasan libubsan
        has_php || echo php-cli ;;
    fuzz) echo clang compiler-rt ;;
    ci) echo cppcheck git ;;
    *) fail "no such group of packages: $1" ;;
    esac
}

fail() {
    echo "deps: $*" >&2
    exit 1
}

# An httpd of one's own (APXS=...) needs no package.
has_toolchain() {
    command -v make >/dev/null &&
        "$(dirname "$0")/httpd.sh" >/dev/null 2>&1 &&
        [ -x "$("$(dirname "$0")/httpd.sh")" ] &&
        command -v "${CC:-gcc}" >/dev/null
}

has_php() {
    command -v php >/dev/null
}

# What mod_rproxy_cache compresses with, what reads JSON for the admin handler,
# what asks DNS for members of mod_rproxy_balancer; the modules can do without, so who cannot install has enough.
wants_libraries() {
    case $("$(dirname "$0")/libraries.sh") in
    *-lz*-lbrotlidec*-ljansson*-lcares*-lcrypto*-lexpat*-lpcre2-8*-lmaxminddb*-lhiredis*) return 1 ;;
    esac
    [ -z "$sudo" ] || command -v sudo >/dev/null
}

# The first of these names that apt knows.
first_known() {
    for name in "$@"; do
        if [ -n "$(apt-cache -q show "$name" 2>/dev/null)" ]; then
            break
        fi
    done
    echo "$name"
}

missing_apt() {
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null |
            grep -qx installed || printf '%s ' "$name"
    done
}

missing_dnf() {
    for name in "$@"; do
        rpm -q --whatprovides "$name" >/dev/null 2>&1 || printf '%s ' "$name"
    done
}

# Package scripts ask this file before they start a daemon.
forbid_services() {
    [ ! -e /usr/sbin/policy-rc.d ] || return 0
    trap '$sudo rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 1' INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' | $sudo tee /usr/sbin/policy-rc.d >/dev/null
    $sudo chmod 755 /usr/sbin/policy-rc.d
}

# libapache2-mod-perl2 comes with Apache::Test and would enable itself, but for
# this mark of a module that the administrator does not want.
leave_system_httpd_alone() {
    [ ! -e /etc/apache2/mods-enabled/perl.load ] || return 0
    $sudo mkdir -p /var/lib/apache2/module/disabled_by_admin
    $sudo touch /var/lib/apache2/module/disabled_by_admin/perl
}

install_apt() {
    forbid_services
    leave_system_httpd_alone
    $sudo env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
        apt-get -qq -y -o DPkg::Lock::Timeout=300 --no-install-recommends \
        install "$@" >/dev/null </dev/null
}

install_dnf() {
    $sudo dnf -q -y --setopt=install_weak_deps=False install "$@" </dev/null
}

if command -v apt-get >/dev/null; then
    manager=apt
elif command -v dnf >/dev/null; then
    manager=dnf
else
    manager=none
fi

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo

# A fresh machine has no package lists: names are looked up once they are there.
update_once() {
    [ "$manager" = apt ] && [ -z "${updated:-}" ] || return 0
    updated=1
    $sudo apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null ||
        echo "deps: apt-get update failed, going on with the old lists" >&2
}

install_group() {
    names=$(packages_$manager "$1")
    # shellcheck disable=SC2086 # lists of words
    wanted=$(missing_$manager $names)
    [ -n "$wanted" ] || return 0
    [ -z "$sudo" ] || command -v sudo >/dev/null ||
        fail "not root and no sudo; ask for: $wanted"
    update_once
    names=$(packages_$manager "$1")
    # shellcheck disable=SC2086
    wanted=$(missing_$manager $names)
    echo "deps: installing ${sudo:+by sudo }for $1: $wanted"
    # shellcheck disable=SC2086
    install_$manager $wanted
}

for group in "$@"; do
    if [ $manager != none ]; then
        install_group "$group"
    elif [ "$group" != build ] || ! has_toolchain; then
        fail "neither apt-get nor dnf here; $0 lists what $group needs"
    fi
done
