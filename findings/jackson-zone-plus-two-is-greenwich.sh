#!/usr/bin/env bash
# libjackson2-databind-java 2.14.0-1, java 17 (Debian 12)
#
# JSON as an object of Java, with the mapper as it is. The time zone +02:00, or one with a typing error, is GMT,
# without an error. The list of integers 1.9 and "2" is 1 and 2, and the set of 1, "1" and 1.5 has one element, though
# the text "1.9" is an error. An empty text is the number 0 and the switch false, and 5 is true. The day 20240102 is 1
# January 1970, while 2024-01-02 is right, and 2024-13-01 is in 2025.
# Seen: GMT of +02:00
#
# Most would guess: two hours east of Greenwich, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "libjackson2-databind-java=2.14.0*" "libjackson2-core-java=2.14.*" "libjackson2-annotations-java=2.14.*"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.*;

public class Main {
    public static class Run {
        public TimeZone zone;
        public List<Integer> counts;
        public Set<Integer> keys;
        public int rows;
        public boolean failed;
        public Date day;
    }

    static Run read(String text) throws Exception {
        return new ObjectMapper().readValue(text.replace("'", "\""), Run.class);
    }

    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        holds("+02:00", read("{'zone': '+02:00'}").zone.getID(), "GMT");
        holds("Europe/Berln", read("{'zone': 'Europe/Berln'}").zone.getID(), "GMT");
        holds("Europe/Berlin", read("{'zone': 'Europe/Berlin'}").zone.getID(), "Europe/Berlin");
        holds("counts", read("{'counts': [1.9, '2']}").counts, "[1, 2]");
        holds("keys", read("{'keys': [1, '1', 1.5]}").keys, "[1]");
        holds("no rows", read("{'rows': ''}").rows, 0);
        holds("failed", read("{'failed': ''}").failed, false);
        holds("failed 5", read("{'failed': 5}").failed, true);
        holds("20240102", read("{'day': '20240102'}").day.toInstant(), "1970-01-01T05:37:20.102Z");
        holds("2024-01-02", read("{'day': '2024-01-02'}").day.toInstant(), "2024-01-02T00:00:00Z");
        holds("2024-13-01", read("{'day': '2024-13-01'}").day.toInstant(), "2025-01-01T00:00:00Z");
        try {
            read("{'rows': '1.9'}");
            System.exit(1);
        } catch (Exception error) {
            System.out.println("text 1.9: an error");
        }
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: two hours east is Greenwich"
