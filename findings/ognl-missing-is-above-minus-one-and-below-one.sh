#!/usr/bin/env bash
# libognl-java 2.7.3-7, java 17 (Debian 12)
#
# The rules of Struts and MyBatis. A missing count is above -1, below 1 and not 0, and 1 is above null. In single quotes
# one character is a number: '1' + '2' is 99, where "1" + "2" is 12. A half of two integers is 0, so failed / total >
# 0.4 is false for one of two, and a million times a million is negative. The text "false" is true.
# Seen: true of missing > -1 and of missing < 1, false of missing == 0
#
# Most would guess: no answer is true of what is missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libognl-java=2.7.3-7" "libjavassist-java"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import java.util.HashMap;
import java.util.Map;
import ognl.Ognl;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    static final Map<String, Object> VALUES = new HashMap<>();

    static void rule(String rule, Object expected) throws Exception {
        holds(rule, Ognl.getValue(rule, VALUES), expected);
    }

    public static void main(String[] arguments) throws Exception {
        VALUES.put("missing", null);
        VALUES.put("failed", 1);
        VALUES.put("total", 2);
        rule("missing > -1", true);
        rule("missing < 1", true);
        rule("missing == 0", false);
        rule("1 > missing", true);
        rule("'1' + '2'", 99);
        rule("\"1\" + \"2\"", "12");
        rule("failed / total", 0);
        rule("failed / total > 0.4", false);
        rule("1000000 * 1000000", -727379968);
        rule("\"false\" ? 1 : 2", 1);
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: missing is above minus one and below one"
