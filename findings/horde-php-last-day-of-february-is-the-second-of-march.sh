#!/usr/bin/env bash
# php-horde-date 2.4.1-9, php-horde-date-parser 2.0.7-2, php 8.2 (Debian 12)
#
# Of a rule for the last day of each month, BYMONTHDAY=-1, the days after 31 January are 2 March, 31 March and 1 May.
# The last working day, by BYSETPOS, is the fifth Wednesday, in May. Of two days of a month only the first is kept, and
# of a rule for each day the month is left out. The text 5.3.2024 is a time, 05:20:24 on 2 April.
# Seen: 2024-01-31, 2024-03-02, 2024-03-31, 2024-05-01 of FREQ=MONTHLY;BYMONTHDAY=-1
#
# Most would guess: 31 January, 29 February, 31 March and 30 April.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "php8.2-cli=8.2.*" "php8.2-common=8.2.*" "libsodium23" "libargon2-1" "libxml2" \
    "php-horde-date=2.4.1-9" "php-horde-date-parser=2.0.7-2" "php-horde-support=2.2.2-2" \
    "php-horde-util=2.5.12-2" "php-horde-exception=2.0.8-10" "php-horde-translation=2.2.2-7" \
    "php-horde-nls=2.2.1-6" "php8.2-mbstring=8.2.*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libxml2.so.2)
export LD_LIBRARY_PATH

cat >script.php <<'PHP'
<?php
spl_autoload_register(function ($class) {
    include_once str_replace('_', '/', $class) . '.php';
});

function holds($text, $seen, $expected)
{
    echo "$text: " . var_export($seen, true) . "\n";
    if ($seen !== $expected) {
        exit(1);
    }
}

function days($rule, $start)
{
    $recurrence = new Horde_Date_Recurrence("$start 09:00:00");
    $recurrence->fromRRule20($rule);
    $after = new Horde_Date("$start 09:00:00");
    $days = [];
    for ($i = 0; $i < 4; $i++) {
        $next = $recurrence->nextRecurrence($after);
        $days[] = $next->format('m-d');
        $after = clone $next;
        $after->mday++;
    }
    return implode(' ', $days);
}

holds('last day', days('FREQ=MONTHLY;BYMONTHDAY=-1', '2024-01-31'), '01-31 03-02 03-31 05-01');
$last = days('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', '2024-01-31');
holds('last working day', $last, '01-31 05-29 07-31 10-30');
holds('1 and 15', days('FREQ=MONTHLY;BYMONTHDAY=1,15', '2024-01-01'), '01-01 02-01 03-01 04-01');
holds('in March', days('FREQ=DAILY;BYMONTH=3', '2024-01-01'), '01-01 01-02 01-03 01-04');
holds('last Friday', days('FREQ=MONTHLY;BYDAY=-1FR', '2024-01-26'), '01-26 02-23 03-29 04-26');
$now = new Horde_Date('2024-03-31 14:00:00');
holds('5.3.2024', (string) Horde_Date_Parser::parse('5.3.2024', ['now' => $now]), '2024-04-02 05:20:24');
holds('31/12/2024', (string) Horde_Date_Parser::parse('31/12/2024', ['now' => $now]), '2024-12-31 12:00:00');
PHP
./usr/bin/php8.2 -n -d include_path=usr/share/php -d date.timezone=UTC -d error_reporting=0 \
    -d "extension_dir=$(echo usr/lib/php/2*)" -d extension=ctype -d extension=iconv \
    -d extension=mbstring script.php
echo "held: the last day of February is 2 March"
