#!/usr/bin/env bash
# libcommons-lang3-java 3.12.0, java 17 (Debian 12)
#
# One class reads 010 as 10 by toInt() and as 8 by createNumber(), and calls it a number by both tests. 08 is 8 and an
# error, and is creatable by the one test only. " 5" is 5.0 by toDouble() and the default by toInt(). 2.345 with two
# digits is 2.34.
# Seen: 10 and 8
#
# Most would guess: ten, by both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libcommons-lang3-java=3.12.0*"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import org.apache.commons.lang3.math.NumberUtils;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        holds("010", NumberUtils.toInt("010") + " and " + NumberUtils.createNumber("010"), "10 and 8");
        holds("a number", NumberUtils.isParsable("010") && NumberUtils.isCreatable("010"), true);
        holds("08", NumberUtils.toInt("08") + " and " + NumberUtils.isCreatable("08"), "8 and false");
        holds("blank", NumberUtils.toDouble(" 5", -1) + " and " + NumberUtils.toInt(" 5", -1), "5.0 and -1");
        holds("2.345", NumberUtils.toScaledBigDecimal(2.345), "2.34");
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: 010 is ten and eight"
