#!/usr/bin/env bash
# php-nesbot-carbon 2.65.0, php 8.2 (Debian 12)
#
# An interval of ".5h" is five hours, and "1.5h" is one and a half. A minus is lost, "-90 minutes" are 90, where make()
# keeps it, and so is "ago". Half a month is nothing, and a year and a half a year: only weeks, days and hours have
# parts. "half an hour" is nothing, without an error. addHours(1.5) adds one hour, and add("1.5 hours") one and a half.
# Seen: 18000 seconds of ".5h"
#
# Most would guess: 1800, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "php8.2-cli=8.2.*" "php8.2-common=8.2.*" "libsodium23" "libargon2-1" "libxml2" \
    "php-nesbot-carbon=2.65.*" "php-symfony-translation=5.4.*" "php-symfony-translation-contracts" \
    "php-symfony-deprecation-contracts" "php-symfony-polyfill-mbstring" "php-symfony-polyfill-php80" \
    "php8.2-mbstring=8.2.*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libxml2.so.2)
export LD_LIBRARY_PATH

cat >script.php <<'PHP'
<?php
require 'Carbon/autoload.php';

use Carbon\Carbon;
use Carbon\CarbonInterval;

function holds($text, $seen, $expected)
{
    echo "$text: " . var_export($seen, true) . "\n";
    if ($seen !== $expected) {
        exit(1);
    }
}

function seconds($text)
{
    return (float) CarbonInterval::fromString($text)->totalSeconds;
}

holds('.5h', seconds('.5h'), 18000.0);
holds('1.5h', seconds('1.5h'), 5400.0);
holds('-90 minutes', seconds('-90 minutes'), 5400.0);
holds('made', (float) CarbonInterval::make('-90 minutes')->totalSeconds, -5400.0);
holds('1 hour ago', seconds('1 hour ago'), 3600.0);
holds('0.5 months', seconds('0.5 months'), 0.0);
holds('1.5 years', CarbonInterval::fromString('1.5 years')->spec(), 'P1Y');
holds('half an hour', seconds('half an hour'), 0.0);
$start = Carbon::parse('2024-01-31 00:00:00');
holds('addHours(1.5)', $start->copy()->addHours(1.5)->format('H:i'), '01:00');
holds('add("1.5 hours")', $start->copy()->add('1.5 hours')->format('H:i'), '01:30');
PHP
./usr/bin/php8.2 -n -d include_path=usr/share/php -d date.timezone=UTC -d error_reporting=0 \
    -d "extension_dir=$(echo usr/lib/php/2*)" -d extension=ctype -d extension=mbstring script.php
echo "held: half an hour is five hours"
