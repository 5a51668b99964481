#!/usr/bin/env bash
# php-illuminate-collections 8.83.26, php 8.2 (Debian 12)
#
# The collections of Laravel. Groups and keys are whole numbers: 1, 1.5, 1.9 and true are one group, with `countBy()`,
# too, and of two prices 1.5 and 1.9 `keyBy()` keeps one row. false is in the group of 0, and null in that of an empty
# text. A filter takes "010" and "1e1" for 10, null for less than 3, and 0, an empty text and a missing value for null.
# Of 10, 1e1 and 010 as texts one is unique. The texts "2,5" and "3 rows" are 2 and 3 in a sum.
# Seen: {"1": 4} of 1, 1.5, 1.9 and true
#
# Most would guess: four groups, two rows, and one row for "10".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "php8.2-cli=8.2.*" "php8.2-common=8.2.*" "libsodium23" "libargon2-1" "libxml2" \
    "php-illuminate-collections=8.83.*" "php-illuminate-contracts" "php-illuminate-macroable" \
    "php-psr-container" "php-psr-simple-cache"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libxml2.so.2)
export LD_LIBRARY_PATH

cat >script.php <<'PHP'
<?php
require 'Illuminate/Collections/autoload.php';

use Illuminate\Support\Collection;

function holds($text, $seen, $expected)
{
    echo "$text: " . json_encode($seen) . "\n";
    if ($seen !== $expected) {
        exit(1);
    }
}

function rows(...$values)
{
    return new Collection(array_map(fn ($value) => ['value' => $value], $values));
}

holds('groups', rows(1, 1.5, 1.9, true)->groupBy('value')->map->count()->all(), [1 => 4]);
holds('counts', (new Collection([1, 1.5, 1.9, true]))->countBy()->all(), [1 => 4]);
holds('keys', rows(1.5, 1.9)->keyBy('value')->count(), 1);
holds('nothing', rows(null, '', false, 0)->groupBy('value')->map->count()->all(), ['' => 2, 0 => 2]);
holds('where 10', rows('10', '010', '1e1', 11)->where('value', '10')->count(), 3);
holds('below 3', rows(0, null, 5)->where('value', '<', 3)->count(), 2);
holds('where null', rows(0, null, '', 5)->where('value', null)->count(), 3);
holds('unique', (new Collection(['10', '1e1', '010']))->unique()->values()->all(), ['10']);
holds('sum', rows('2,5', '3 rows')->sum('value'), 5);
PHP
./usr/bin/php8.2 -n -d include_path=usr/share/php -d date.timezone=UTC -d error_reporting=0 \
    -d "extension_dir=$(echo usr/lib/php/2*)" -d extension=ctype script.php
echo "held: one and a half is in the group of one"
