#!/usr/bin/env bash
# libcommons-beanutils-java 1.9.4, java 17 (Debian 12)
#
# Texts as the types of a bean's fields. What is no integer is 0, without an error: 5,000 and 1.9, which is 1 as a
# number, 1e3, 3000000000, an empty text and a missing value. The long 3000000000 is 0, too. As a double 12d is 12 and
# 5,000 is 0, while a BigDecimal of it is an error. The letter y is true and t is false. A list of texts is cut at
# blanks: "New York, Oslo" has three, and a single character is the first of the text.
# Seen: 0 of 5,000
#
# Most would guess: 5000, or an error, as with a BigDecimal.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "libcommons-beanutils-java=1.9.4*" "libcommons-logging-java" "libcommons-collections3-java"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import java.math.BigDecimal;
import java.util.Arrays;
import org.apache.commons.beanutils.ConvertUtils;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) {
        for (String text : new String[] {"5,000", "1.9", "1e3", "3000000000", "", "n/a"}) {
            holds("integer " + text, ConvertUtils.convert(text, Integer.class), 0);
        }
        holds("integer 007", ConvertUtils.convert("007", Integer.class), 7);
        holds("of the number 1.9", ConvertUtils.convert((Object) 1.9, Integer.class), 1);
        holds("of a long", ConvertUtils.convert((Object) 3000000000L, Integer.class), 0);
        holds("missing", ConvertUtils.convert((Object) null, Integer.class), 0);
        holds("double 12d", ConvertUtils.convert("12d", Double.class), 12.0);
        holds("double 5,000", ConvertUtils.convert("5,000", Double.class), 0.0);
        try {
            ConvertUtils.convert("5,000", BigDecimal.class);
            System.exit(1);
        } catch (RuntimeException error) {
            System.out.println("BigDecimal 5,000: an error");
        }
        holds("y", ConvertUtils.convert("y", Boolean.class), true);
        holds("t", ConvertUtils.convert("t", Boolean.class), false);
        String[] towns = (String[]) ConvertUtils.convert("New York,Oslo", String[].class);
        holds("towns", Arrays.toString(towns), "[New, York, Oslo]");
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: five thousand is nothing"
