#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Installs what the end-to-end tests need and is missing: Debian packages (as
# root or by sudo) and two npm packages (in the build folder). Services that
# come with a package are neither started nor enabled by it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}/e2e
packages="apache2 libapache2-mod-php php-curl mariadb-server-core wordpress
    wordpress-theme-twentytwentythree chromium curl openssl"

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo

# Keeps package scripts from starting daemons, unless the machine has a policy.
forbid_services() {
    [ ! -e /usr/sbin/policy-rc.d ] || return 0
    trap '$sudo rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' | $sudo tee /usr/sbin/policy-rc.d >/dev/null
    $sudo chmod 755 /usr/sbin/policy-rc.d
}

# libapache2-mod-php switches the system's Apache to the prefork MPM, unless
# its module is marked as one that the administrator has disabled.
leave_system_apache_alone() {
    marks=/var/lib/apache2/module/disabled_by_admin
    php=$(apt-cache depends libapache2-mod-php |
        sed -n 's/.*libapache2-mod-\(php[0-9.][0-9.]*\)$/\1/p')
    [ ! -e "/etc/apache2/mods-enabled/$php.load" ] || return 0
    $sudo mkdir -p "$marks"
    $sudo touch "$marks/$php"
}

install_packages() {
    missing=
    for package in $packages; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
            grep -qx installed || missing="$missing $package"
    done
    command -v node >/dev/null || missing="$missing nodejs"
    command -v npm >/dev/null || missing="$missing npm"
    [ -n "$missing" ] || return 0
    echo "e2e: installing$missing${sudo:+ (by sudo)}"
    forbid_services
    $sudo apt-get -qq update
    leave_system_apache_alone
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive $sudo apt-get -qq -y \
        --no-install-recommends install $missing >/dev/null
}

# npm works where package.json is: a copy keeps node_modules out of the sources.
install_node_modules() {
    mkdir -p "$build"
    if ! cmp -s "$here/package-lock.json" "$build/package-lock.json" ||
        [ ! -d "$build/node_modules" ]; then
        cp "$here/package.json" "$build/"
        (cd "$build" && cp "$here/package-lock.json" . &&
            npm ci --silent --no-audit --no-fund --ignore-scripts)
    fi
}

install_packages
install_node_modules
