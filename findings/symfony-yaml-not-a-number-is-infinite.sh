#!/usr/bin/env bash
# php-symfony-yaml 5.4.53, php 8.2 (Debian 12)
#
# .nan, which stands for a missing value, is read as infinite, so that it is above each limit. It is written as NAN,
# which is read as a text. The text "0o12" is written without quotes, and so is the number 10 when it is read again. The
# 30 February 2024 is the Unix time of 1 March, and a time in seconds is cut after 14 digits.
# Seen: INF of .nan
#
# Most would guess: NAN, as .inf is INF.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "php8.2-cli=8.2.*" "php8.2-common=8.2.*" "libsodium23" "libargon2-1" "libxml2" \
    "php-symfony-yaml=5.4.*" "php-symfony-deprecation-contracts"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libxml2.so.2)
export LD_LIBRARY_PATH

cat >script.php <<'PHP'
<?php
require 'Symfony/Component/Yaml/autoload.php';

use Symfony\Component\Yaml\Yaml;

function holds($text, $seen, $expected)
{
    echo "$text: " . var_export($seen, true) . "\n";
    if ($seen !== $expected) {
        exit(1);
    }
}

function again($value)
{
    return Yaml::parse(Yaml::dump(['value' => $value]))['value'];
}

holds('.nan', Yaml::parse('.nan'), INF);
holds('.inf', Yaml::parse('.inf'), INF);
holds('NAN again', again(NAN), 'NAN');
holds('0o12 again', again('0o12'), 10);
holds('012 again', again('012'), '012');
holds('30 February', gmdate('Y-m-d', Yaml::parse('2024-02-30')), '2024-03-01');
holds('a time again', again(1700000000.123456), 1700000000.1235);
PHP
./usr/bin/php8.2 -n -d include_path=usr/share/php -d date.timezone=UTC -d error_reporting=0 \
    -d "extension_dir=$(echo usr/lib/php/2*)" -d extension=ctype script.php
echo "held: what is not a number is infinite"
