#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Puts Debian's mod_security2 and Core Rule Set into a folder, without
# installing or enabling them on this machine:
#
#   t/waf/peer.sh build/waf/peer
set -eu

folder=$1
[ -f "$folder/usr/lib/apache2/modules/mod_security2.so" ] && exit 0
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
    echo "peer: needs apt-get and dpkg-deb, or WAF_PEER=a folder with" \
        "mod_security2 and its rules" >&2
    exit 1
}
mkdir -p "$folder/packages"
cd "$folder/packages"
apt-get download -q libapache2-mod-security2 modsecurity-crs liblua5.1-0 \
    libyajl2 || {
    apt-get update -q
    apt-get download -q libapache2-mod-security2 modsecurity-crs liblua5.1-0 \
        libyajl2
}
for package in *.deb; do
    dpkg-deb -x "$package" ..
done
