#!/usr/bin/env bash
# php-twig 3.5.1, php 8.2 (Debian 12)
#
# Templates of reports. A day of digits is a Unix time, so 20240102 is in August 1970, and the year 2024 is in its first
# hour. A Unix time with a fraction, as a text, is in 1699. 01.02.24 is a time of today, 1:02, and what is missing is
# today. 1..0 has two rows. The number "1,5" is 1. The digit 1 is in 210, and the ids "10" and "1e1" are equal.
# Seen: 1699-11-30 of "1700000000.5"
#
# Most would guess: 2 January 2024, 14 November 2023, 1 February 2024, and no day where there is none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "php8.2-cli=8.2.*" "php8.2-common=8.2.*" "libsodium23" "libargon2-1" "libxml2" \
    "php-twig=3.5.*" "php8.2-mbstring=8.2.*" "libonig5"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libxml2.so.2)
export LD_LIBRARY_PATH

cat >script.php <<'PHP'
<?php
require 'Twig/autoload.php';

use Twig\Environment;
use Twig\Loader\ArrayLoader;

function holds($text, $seen, $expected)
{
    echo "$text: " . json_encode($seen) . "\n";
    if ($seen !== $expected) {
        exit(1);
    }
}

function page($text, $expected)
{
    holds($text, (new Environment(new ArrayLoader([])))->createTemplate("{{ $text }}")->render(), $expected);
}

page("1700000000|date('Y-m-d')", '2023-11-14');
page("'1700000000.5'|date('Y-m-d')", '1699-11-30');
page("'20240102'|date('Y-m-d')", '1970-08-23');
page("'2024'|date('Y-m-d H:i')", '1970-01-01 00:33');
page("'01.02.2024'|date('Y-m-d H:i')", '2024-02-01 00:00');
page("'01.02.24'|date('H:i:s')", '01:02:24');
page("'01.02.24'|date('Y-m-d') == 'now'|date('Y-m-d') ? 'today'", 'today');
page("missing|date('Y-m-d') == 'now'|date('Y-m-d') ? 'today'", 'today');
page('(1..0)|length', '2');
page("'1,5'|number_format(1)", '1.0');
page("1 in '210' ? 'yes'", 'yes');
page("'10' == '1e1' ? 'yes'", 'yes');
PHP
./usr/bin/php8.2 -n -d include_path=usr/share/php -d date.timezone=UTC -d error_reporting=0 \
    -d "extension_dir=$(echo usr/lib/php/2*)" -d extension=ctype -d extension=mbstring script.php
echo "held: a Unix time with a fraction is of 1699"
