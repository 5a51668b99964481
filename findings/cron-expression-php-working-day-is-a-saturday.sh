#!/usr/bin/env bash
# php-dragonmantank-cron-expression 3.3.1-2, php 8.2 (Debian 12)
#
# 31W is the working day nearest to the 31. In months of 30 days it is the first of the next month, 1 April and
# Saturday, 1 June. */90 for the minutes, which is each hour elsewhere or an error, is half past each hour, and */36 for
# the hours is noon. So are all steps that are too large: what is left of the step after the range is the minute.
# Seen: 2024-06-01, a Saturday, of 0 9 31W * *
#
# Most would guess: none in June, or Friday, 28 June; and no rule for 90 minutes, which cron cannot say.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "php8.2-cli=8.2.*" "php8.2-common=8.2.*" "libsodium23" "libargon2-1" "libxml2" \
    "php-dragonmantank-cron-expression=3.3.1-2" "php-webmozart-assert=1.11.0-1"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libxml2.so.2)
export LD_LIBRARY_PATH

cat >script.php <<'PHP'
<?php
require 'Cron/autoload.php';

function holds($text, $seen, $expected)
{
    echo "$text: " . var_export($seen, true) . "\n";
    if ($seen !== $expected) {
        exit(1);
    }
}

function due($expression, $start)
{
    return (new Cron\CronExpression($expression))->getNextRunDate($start)->format('Y-m-d D H:i');
}

holds('working day in May', due('0 9 31W * *', '2024-05-02'), '2024-05-31 Fri 09:00');
holds('working day after it', due('0 9 31W * *', '2024-05-31 10:00'), '2024-06-01 Sat 09:00');
holds('90 minutes', due('*/90 * * * *', '2024-01-01 00:00'), '2024-01-01 Mon 00:30');
holds('90 minutes again', due('*/90 * * * *', '2024-01-01 00:30'), '2024-01-01 Mon 01:30');
holds('36 hours', due('0 */36 * * *', '2024-01-01 00:00'), '2024-01-01 Mon 12:00');
holds('40 days', due('0 0 */40 * *', '2024-01-01 00:00'), '2024-01-10 Wed 00:00');
PHP
./usr/bin/php8.2 -n -d include_path=usr/share/php -d date.timezone=UTC -d error_reporting=0 \
    -d "extension_dir=$(echo usr/lib/php/2*)" -d extension=ctype script.php
echo "held: a working day is a Saturday"
