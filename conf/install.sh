#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Puts the modules and rproxyctl into the httpd of apxs and enables them, or takes
# them out:
#
#   conf/install.sh install|uninstall build/mod_rproxy/mod_rproxy.so ...
#
# Debian style (mods-available, a2enmod), Red Hat style (conf.modules.d), else
# a line in httpd.conf by apxs.  DESTDIR=... for packages: nothing is enabled.
# httpd is not restarted.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
apxs=${APXS:-$(command -v apxs || command -v apxs2)}
destination=${DESTDIR:-}
modules=$destination$("$apxs" -q LIBEXECDIR)
configuration=$destination$("$apxs" -q SYSCONFDIR)
formats=$top/conf/log-formats.conf
programs=$destination$("$apxs" -q SBINDIR)

if [ -d "$configuration/mods-available" ]; then
    style=debian
elif [ -d "$configuration/../conf.modules.d" ]; then
    style=redhat
    configuration=$configuration/..
else
    style=apxs
fi

load_line() {
    echo "LoadModule $1_module $("$apxs" -q LIBEXECDIR)/mod_$1.so"
}

# a2enmod and a2dismod work on the running system alone.
on_system() {
    [ -n "$destination" ] || "$@"
}

# Memory for the cache, in a file that is the administrator's from then on.
write_size() { # file
    [ -e "$1" ] || cat >"$1" <<END
# Memory of the cache (mod_rproxy_cache); "RProxyCache On" in a virtual host
# uses it.
RProxyCacheSize 64m
END
}

add_presets() { # cache, balancer, guard
    mkdir -p "$configuration/rproxy-$1"
    cp "$top/conf/$1"/*.* "$configuration/rproxy-$1/"
    echo "installed the presets $configuration/rproxy-$1/*.conf"
}

remove_presets() {
    for preset in "$top/conf/$1"/*.*; do
        rm -f "$configuration/rproxy-$1/$(basename "$preset")"
    done
    [ ! -d "$configuration/rproxy-$1" ] ||
        rmdir --ignore-fail-on-non-empty "$configuration/rproxy-$1"
}

add() { # name without mod_, file
    mkdir -p "$modules"
    "$apxs" -i -S LIBEXECDIR="$modules" -n "$1" "$2" >/dev/null
    case $style in
    debian)
        load_line "$1" >"$configuration/mods-available/$1.load"
        [ "$1" != rproxy ] ||
            cp "$formats" "$configuration/mods-available/$1.conf"
        [ "$1" != rproxy_cache ] ||
            write_size "$configuration/mods-available/$1.conf"
        on_system a2enmod -q "$1"
        ;;
    redhat)
        load_line "$1" >"$configuration/conf.modules.d/20-$1.conf"
        [ "$1" != rproxy ] ||
            cp "$formats" "$configuration/conf.d/rproxy-log-formats.conf"
        [ "$1" != rproxy_cache ] ||
            write_size "$configuration/conf.d/rproxy-cache.conf"
        ;;
    apxs)
        on_system "$apxs" -e -a -n "$1" "$2"
        ;;
    esac
    echo "installed $modules/mod_$1.so"
    [ "$1" != rproxy_cache ] || add_presets cache
    [ "$1" != rproxy_balancer ] || add_presets balancer
    [ "$1" != rproxy_guard ] || add_presets guard
    [ "$1" != rproxy ] || add_program
}

add_program() {
    mkdir -p "$programs"
    cp "$top/mod_rproxy/rproxyctl" "$programs/rproxyctl"
    chmod 755 "$programs/rproxyctl"
    echo "installed $programs/rproxyctl"
}

remove() {
    case $style in
    debian)
        [ ! -e "$configuration/mods-available/$1.load" ] ||
            on_system a2dismod -q -f "$1"
        rm -f "$configuration/mods-available/$1.load" \
            "$configuration/mods-available/$1.conf"
        ;;
    redhat)
        rm -f "$configuration/conf.modules.d/20-$1.conf"
        [ "$1" != rproxy ] ||
            rm -f "$configuration/conf.d/rproxy-log-formats.conf"
        [ "$1" != rproxy_cache ] ||
            rm -f "$configuration/conf.d/rproxy-cache.conf"
        ;;
    apxs)
        on_system "$apxs" -e -A -n "$1" "$2" # comments the line out
        ;;
    esac
    [ "$1" != rproxy_cache ] || remove_presets cache
    [ "$1" != rproxy_balancer ] || remove_presets balancer
    [ "$1" != rproxy_guard ] || remove_presets guard
    rm -f "$modules/mod_$1.so"
    echo "removed $modules/mod_$1.so"
    [ "$1" != rproxy ] || rm -f "$programs/rproxyctl"
}

action=$1
shift
[ -n "$destination" ] || [ "$(id -u)" = 0 ] || {
    echo "$action needs root: sudo make -f Makefile.apxs $action" >&2
    exit 1
}
for file in "$@"; do
    name=$(basename "$file" .so)
    name=${name#mod_}
    case $action in
    install) add "$name" "$file" ;;
    uninstall) remove "$name" "$file" ;;
    esac
done
[ "$action" != install ] || [ -n "$destination" ] ||
    echo "restart httpd to load them; examples: $top/conf/rproxy.conf, cache.conf"
