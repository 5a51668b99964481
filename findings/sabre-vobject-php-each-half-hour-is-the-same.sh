#!/usr/bin/env bash
# php-sabre-vobject 2.1.7-6.1, php 8.2 (Debian 12)
#
# Events of each half hour are all at the time of the first. Of a rule for each day the month and the day of the month
# are left out: each day of March is each day of the year, and the first and the 15 are each day. From 31 January a
# yearly rule for January and February has 2 March, and then the second of both. Minus one and a half hours are half an
# hour as a text for modify(), and one and a half as an interval. Other rules are right: the last working day of a month
# is.
# Seen: three times 09:00 of FREQ=MINUTELY;INTERVAL=30;COUNT=3
#
# Most would guess: 09:00, 09:30 and 10:00, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "php8.2-cli=8.2.*" "php8.2-common=8.2.*" "libsodium23" "libargon2-1" "libxml2" \
    "php-sabre-vobject=2.1.7-6.1" "php8.2-mbstring=8.2.*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libxml2.so.2)
export LD_LIBRARY_PATH

cat >script.php <<'PHP'
<?php
require 'Sabre/VObject/autoload.php';

use Sabre\VObject\DateTimeParser;
use Sabre\VObject\Reader;

function holds($text, $seen, $expected)
{
    echo "$text: " . var_export($seen, true) . "\n";
    if ($seen !== $expected) {
        exit(1);
    }
}

function times($rule, $start = '20240101T090000Z')
{
    $event = ['BEGIN:VEVENT', 'UID:1', "DTSTART:$start", "RRULE:$rule", 'END:VEVENT'];
    $calendar = Reader::read(implode("\r\n", ['BEGIN:VCALENDAR', ...$event, 'END:VCALENDAR']));
    $calendar->expand(new DateTime('2024-01-01'), new DateTime('2026-01-01'));
    $times = [];
    foreach ($calendar->VEVENT as $event) {
        $times[] = $event->DTSTART->getDateTime()->format('Y-m-d H:i');
    }
    return implode(', ', $times);
}

$first = '2024-01-01 09:00';
holds('half hours', times('FREQ=MINUTELY;INTERVAL=30;COUNT=3'), "$first, $first, $first");
holds('in March', times('FREQ=DAILY;BYMONTH=3;COUNT=2'), "$first, 2024-01-02 09:00");
holds('1 and 15', times('FREQ=DAILY;BYMONTHDAY=1,15;COUNT=2'), "$first, 2024-01-02 09:00");
$months = '2024-01-31 09:00, 2024-03-02 09:00, 2025-01-02 09:00, 2025-02-02 09:00';
holds('31 January and February', times('FREQ=YEARLY;BYMONTH=1,2;COUNT=4', '20240131T090000Z'), $months);
$last = times('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2', '20240131T090000Z');
holds('last working day', $last, '2024-01-31 09:00, 2024-02-29 09:00');
$noon = new DateTime('2024-03-05 12:00');
$text = DateTimeParser::parseDuration('-PT1H30M', true);
holds('as a text', (clone $noon)->modify($text)->format('H:i'), '11:30');
holds('as an interval', (clone $noon)->add(DateTimeParser::parseDuration('-PT1H30M'))->format('H:i'), '10:30');
PHP
./usr/bin/php8.2 -n -d include_path=usr/share/php -d date.timezone=UTC -d error_reporting=0 \
    -d "extension_dir=$(echo usr/lib/php/2*)" -d extension=ctype -d extension=iconv -d extension=mbstring script.php
echo "held: each half hour is the same"
