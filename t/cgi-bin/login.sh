#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A login form: the right password is "right".
case $(cat) in
*password=right*)
    printf 'Status: 303 See Other\nSet-Cookie: session=a\nLocation: /home\n\n' ;;
*)
    printf 'Content-Type: text/html\n\n<form method="post">\n' ;;
esac
