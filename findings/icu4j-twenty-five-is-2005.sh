#!/usr/bin/env bash
# libicu4j-java 72.1-1, java 17 (Debian 12)
#
# Numbers in words, as ICU writes them. Without its hyphen a number is another one: "twenty five" is 2005, and "two
# thousand twenty four" is 2020, where "twenty-five" is 25. "One and a half" is 1, and "three quarters" is 3. As a
# duration 59.9 seconds are 1:59 and minus an hour, a minute and a second -2:-02:-01. In American numbers 1,5 and
# 1.234,5 are 1 and 1.234, by what can be read of them.
# Seen: 2005 of "twenty five"
#
# Most would guess: 25, 1.5 or an error, and 0:59 or 1:00.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libicu4j-java=72.1-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import com.ibm.icu.text.NumberFormat;
import com.ibm.icu.text.RuleBasedNumberFormat;
import com.ibm.icu.util.ULocale;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        RuleBasedNumberFormat words = new RuleBasedNumberFormat(ULocale.ENGLISH, RuleBasedNumberFormat.SPELLOUT);
        holds("written", words.format(25), "twenty-five");
        holds("twenty-five", words.parse("twenty-five"), 25);
        holds("twenty five", words.parse("twenty five"), 2005);
        holds("two thousand twenty four", words.parse("two thousand twenty four"), 2020);
        holds("one point five", words.parse("one point five"), 1.5);
        holds("one and a half", words.parse("one and a half"), 1);
        holds("three quarters", words.parse("three quarters"), 3);
        RuleBasedNumberFormat times = new RuleBasedNumberFormat(ULocale.ENGLISH, RuleBasedNumberFormat.DURATION);
        holds("3661 seconds", times.format(3661), "1:01:01");
        holds("59.9 seconds", times.format(59.9), "1:59");
        holds("-3661 seconds", times.format(-3661), "-2:-02:-01");
        NumberFormat american = NumberFormat.getInstance(ULocale.US);
        holds("1,234.5", american.parse("1,234.5"), 1234.5);
        holds("1,5", american.parse("1,5"), 1);
        holds("1.234,5", american.parse("1.234,5"), 1.234);
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: twenty five is 2005"
