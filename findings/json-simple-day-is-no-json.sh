#!/usr/bin/env bash
# libjson-simple-java 2.3.0-1, java 17 (Debian 12)
#
# A value that it does not know is written as its text without quotes, so a day makes a file that no reader takes. It
# takes others' that are none: [1 2] and [1,,2] are [1,2], so a missing value moves the rest by one place.
# Seen: {"day":Thu Jan 01 00:00:00 UTC 1970}
#
# Most would guess: a text in quotes, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libjson-simple-java=2.3.0-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import java.util.Date;
import org.json.simple.JSONObject;
import org.json.simple.JSONValue;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        JSONObject row = new JSONObject();
        row.put("day", new Date(0));
        String text = row.toJSONString();
        holds("written", text, "{\"day\":Thu Jan 01 00:00:00 UTC 1970}");
        holds("read", JSONValue.parse(text), null);
        holds("a missing value", JSONValue.parse("[1,,2]"), "[1,2]");
        holds("a missing comma", JSONValue.parse("[1 2]"), "[1,2]");
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: a day is no JSON"
