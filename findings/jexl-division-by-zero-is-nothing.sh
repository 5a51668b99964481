#!/usr/bin/env bash
# libcommons-jexl3-java 3.1-3, java 17 (Debian 12)
#
# The rules of Apache Commons. Without the strict mode a missing value is 0 in a sum, but not above, below or equal to
# any number, and a division by 0 is 0. A half of two integers is 0 in each mode, so failed / total > 0.4 is false for
# one of two. The number 010 is 8, the text '010' equals 10, and an empty text equals 0. The remainder of -7 by 3 is 2,
# where Java has -1.
# Seen: 0.0 of 5 / 0, 1 of missing + 1, and false of missing < 5
#
# Most would guess: no value, as by silent null, and 0.5 of 1 / 2.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libcommons-jexl3-java=3.1-3" "libcommons-logging-java"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.jexl3.*;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    static final JexlEngine ENGINE = new JexlBuilder().strict(false).silent(true).create();

    static void rule(String rule, Object expected) {
        MapContext values = new MapContext();
        values.set("failed", 1);
        values.set("total", 2);
        holds(rule, ENGINE.createExpression(rule).evaluate(values), expected);
    }

    public static void main(String[] arguments) {
        rule("5 / 0", 0.0);
        rule("missing + 1", 1);
        rule("missing < 5", false);
        rule("missing > -5", false);
        rule("missing == 0", false);
        rule("failed / total", 0);
        rule("failed / total > 0.4", false);
        rule("010", 8);
        rule("'010' == 10", true);
        rule("'' == 0", true);
        rule("-7 % 3", 2);
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: a division by zero is nothing"
