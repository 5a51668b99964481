#!/usr/bin/env bash
# libmvel-java 2.4.4-1, java 17 (Debian 12)
#
# Rules, as Drools and others have them. Products and sums of integers are cut to 32 bits without an error: rows * size
# of 100,000,000 and 100 is 1410065408, while a quotient is a fraction. The largest long and 1 more is the largest long.
# A missing count and 1 is the text null1, 010 is 8, and 1 < 2 < 3 is false. A text that is a number equals it, also
# "010" and 10, but "1e1" does not, and a division by 0 is infinite.
# Seen: 1410065408 of rows * size
#
# Most would guess: 10000000000, as 7 / 2 is 3.5, and an error for what is missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libmvel-java=2.4.4-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import java.util.HashMap;
import java.util.Map;
import org.mvel2.MVEL;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    static final Map<String, Object> VALUES = new HashMap<>();

    static void rule(String rule, Object expected) throws Exception {
        holds(rule, MVEL.eval(rule, new HashMap<>(VALUES)), expected);
    }

    public static void main(String[] arguments) throws Exception {
        VALUES.put("rows", 100000000);
        VALUES.put("size", 100);
        VALUES.put("large", Long.MAX_VALUE);
        VALUES.put("missing", null);
        rule("7 / 2", 3.5);
        rule("rows * size", 1410065408);
        rule("rows * size > rows", true);
        rule("rows * 40", -294967296);
        rule("rows * 40 > rows", false);
        rule("large + 1", Long.MAX_VALUE);
        rule("missing + 1", "null1");
        rule("010", 8);
        rule("1 < 2 < 3", false);
        rule("'010' == 10", true);
        rule("'1e1' == 10", false);
        rule("5 / 0", "Infinity");
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: ten billion is 1410065408"
