#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A private httpd with our modules in the foreground, before a demo site or
# before ORIGIN=http://...; everything it writes lies in build/run.
#
#   PORT     to listen on, 8080
#   ADDRESS  to listen on, 127.0.0.1; 0.0.0.0 lets other machines in
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(cd "$top" && mkdir -p "${BUILD:-build}" && cd "${BUILD:-build}" && pwd)
run=$build/run
port=${PORT:-8080}
address=${ADDRESS:-127.0.0.1}
httpd=$("$top/conf/httpd.sh")

modules="mpm_event log_config logio unixd authn_core authz_core authz_host
    alias cgid dir env headers mime reqtimeout setenvif status unique_id"

fail() {
    echo "run: $*" >&2
    exit 1
}

# Binds like httpd will; port 0 stands for any.  Prints the port.
free_port() {
    perl -MIO::Socket::INET -e '
        my $s = IO::Socket::INET->new(LocalAddr => $ARGV[0], Listen => 1,
            LocalPort => $ARGV[1], ReuseAddr => 1) or exit 1;
        print $s->sockport' "$1" "$2"
}

# httpd's children are nobody when root starts it: can they come here?
is_reachable() {
    folder=$1
    while [ "$folder" != / ]; do
        case $(stat -c %A "$folder") in
        *x | *t) folder=$(dirname "$folder") ;;
        *) return 1 ;;
        esac
    done
}

# What the children read and write: the site, a socket, temporary files.
make_public_folder() {
    public=$run/public
    rm -rf "$public"
    if [ "$(id -u)" = 0 ] && ! is_reachable "$build"; then
        public=$(mktemp -d /tmp/rproxy-demo-XXXXXX)
        temporary=$public
    fi
    mkdir -p "$public/tmp"
    cp -r "$here/site" "$here/cgi" "$public/"
    chmod -R a+rX "$public"
    chmod 1777 "$public/tmp"
    chmod 755 "$public"
}

write_configuration() {
    user='# not started by root: no User'
    [ "$(id -u)" != 0 ] ||
        user="User nobody
Group $(id -gn nobody)"
    {
        # shellcheck disable=SC2086 # a list of words
        "$top/conf/modules.sh" $modules
        for name in rproxy rproxy_cache; do
            echo "LoadModule ${name}_module \"$build/mod_$name/mod_$name.so\""
        done
        echo "$user"
        sed -e "s|@run@|$run|g" -e "s|@public@|$public|g" \
            -e "s|@top@|$top|g" -e "s|@address@|$address|g" \
            -e "s|@port@|$port|g" -e "s|@origin@|$origin|g" \
            -e "s|@demo_port@|$demo_port|g" "$here/httpd.conf.in"
    } >"$run/httpd.conf"
}

# httpd in a group of its own: Ctrl-C reaches this script alone, which then
# stops it the orderly way.  Should this script be killed, httpd ends as well.
start_httpd() {
    guard=
    if setpriv --pdeathsig TERM true 2>/dev/null; then
        guard='setpriv --pdeathsig TERM'
    fi
    # shellcheck disable=SC2086 # a command and its arguments
    setsid $guard "$httpd" -d "$run" -f "$run/httpd.conf" -DFOREGROUND \
        $defines &
    httpd_pid=$!
}

stop_httpd() {
    trap '' INT TERM HUP
    if [ -n "${httpd_pid:-}" ]; then
        kill -TERM "$httpd_pid" 2>/dev/null || true
        wait "$httpd_pid" 2>/dev/null || true
        echo "run: httpd has stopped"
    fi
    [ -z "${temporary:-}" ] || rm -rf "$temporary"
}

say_where() {
    shown=$address
    [ "$address" != 0.0.0.0 ] || shown=$(hostname)
    cat <<END

  site     http://$shown:$port/   ($what)
  status   http://$shown:$port/rproxy-status
  metrics  http://$shown:$port/rproxy-metrics
  logs     $run/logs/access.log (shown below), error.log
  config   $run/httpd.conf
  stop     Ctrl-C

END
}

defines=
origin=${ORIGIN:-}
demo_port=$(free_port 127.0.0.1 0)
what="your application at $origin"
if [ -z "$origin" ]; then
    origin=http://127.0.0.1:$demo_port
    what="a demo site, its origin at $origin"
    defines=-DDEMO
fi
free_port "$address" "$port" >/dev/null ||
    fail "$address:$port cannot be listened on; choose another by PORT=..."

mkdir -p "$run/logs"
: >"$run/logs/access.log"
: >"$run/logs/error.log"
trap 'stop_httpd' EXIT
trap 'exit 0' INT TERM HUP
make_public_folder
write_configuration
"$httpd" -d "$run" -f "$run/httpd.conf" -t $defines 2>"$run/logs/configtest" ||
    { cat "$run/logs/configtest" >&2; fail "the configuration has an error"; }
start_httpd
say_where
tail -q -n +1 -F "$run/logs/access.log" --pid="$httpd_pid" 2>/dev/null &
wait "$httpd_pid" || { cat "$run/logs/error.log" >&2; fail "httpd has ended"; }
