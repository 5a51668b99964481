#!/usr/bin/env bash
# php-symfony-expression-language 5.4.53, php 8.2 (Debian 12)
#
# Rules of Symfony. A missing count is below -1, below 1, and equal to 0 and to an empty text, but not above -1. It is
# in the list [0]. true equals the text "false", and "10" equals "1e1" and "010" 10. The remainder of 7.9 by 3 is 1. 1.5
# is not in 1..3, and the range 3..1 is 3, 2 and 1.
# Seen: true of missing < -1 and of missing == 0
#
# Most would guess: false for each of them, or that what equals 0 is not below -1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "php8.2-cli=8.2.*" "php8.2-common=8.2.*" "libsodium23" "libargon2-1" "libxml2" \
    "php-symfony-expression-language=5.4.*" "php-symfony-cache=5.4.*" "php-symfony-service-contracts" \
    "php-psr-cache" "php-psr-log" "php-psr-container" "php-symfony-cache-contracts" "php-symfony-var-exporter" \
    "php-symfony-deprecation-contracts"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libxml2.so.2)
export LD_LIBRARY_PATH

cat >script.php <<'PHP'
<?php
require 'Symfony/Component/ExpressionLanguage/autoload.php';

use Symfony\Component\ExpressionLanguage\ExpressionLanguage;

function holds($text, $seen, $expected)
{
    echo "$text: " . json_encode($seen) . "\n";
    if ($seen !== $expected) {
        exit(1);
    }
}

function rule($rule, $expected)
{
    holds($rule, (new ExpressionLanguage())->evaluate($rule, ['missing' => null]), $expected);
}

rule('missing < -1', true);
rule('missing > -1', false);
rule('missing < 1', true);
rule('missing == 0', true);
rule("missing == ''", true);
rule('missing in [0]', true);
rule("true == 'false'", true);
rule("'10' == '1e1'", true);
rule("'010' == 10", true);
rule('7.9 % 3', 1);
rule('1.5 in 1..3', false);
rule('3..1', [3, 2, 1]);
PHP
./usr/bin/php8.2 -n -d include_path=usr/share/php -d date.timezone=UTC -d error_reporting=0 \
    -d "extension_dir=$(echo usr/lib/php/2*)" -d extension=ctype script.php
echo "held: a missing count is below minus one"
