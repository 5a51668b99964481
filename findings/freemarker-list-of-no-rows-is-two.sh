#!/usr/bin/env bash
# libfreemarker-java 2.3.31-2, java 17 (Debian 12)
#
# Templates of reports. A list 1..rows of no rows is two, 1 and 0, as a range can go down. A number is written with
# three digits after the point: 0.0004 is 0. The remainder of 7.9 by 3 is 1. Half of the numbers that end in 5 are
# rounded down by a pattern, and none by ?round: 2.5 is 2 and 3, and 0.125 is 12% as a percentage. 31/12/2024 that is
# read with the month first is in July 2026.
# Seen: "1 0 " of a list 1..0, and 0 of 0.0004
#
# Most would guess: nothing, 0.0004, 1.9 and an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libfreemarker-java=2.3.31-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import freemarker.template.*;
import java.io.*;
import java.util.*;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    static void page(String text, String expected) throws Exception {
        Configuration configuration = new Configuration(Configuration.VERSION_2_3_31);
        configuration.setLocale(Locale.US);
        StringWriter out = new StringWriter();
        new Template("page", new StringReader(text), configuration).process(new HashMap<String, Object>(), out);
        holds(text, out, expected);
    }

    public static void main(String[] arguments) throws Exception {
        page("<#list 1..3 as row>${row} </#list>", "1 2 3 ");
        page("<#list 1..0 as row>${row} </#list>", "1 0 ");
        page("${0.0004}", "0");
        page("${0.0004?c}", "0.0004");
        page("${7.9 % 3}", "1");
        page("${2.5?string('0')} ${2.5?round}", "2 3");
        page("${0.125?string.percent}", "12%");
        page("${'31/12/2024'?date('MM/dd/yyyy')?string('yyyy-MM-dd')}", "2026-07-12");
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: a list of no rows is two"
