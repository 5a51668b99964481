#!/usr/bin/env bash
# libjettison-java 1.5.3-1, java 17 (Debian 12)
#
# An integer of 3000000000 that is read by `getInt()` is -1294967296, and 1.9 is 1, without an error. Of a name that is
# there twice the values are a list. A text field that is null is null by `optString()`, not the default, which a
# missing one is. The text 010 without quotes is 8, and 12d the number 12.
# Seen: -1294967296 of {"rows": 3000000000}
#
# Most would guess: an error, as the number is too large, and the last of two values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libjettison-java=1.5.3-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import org.codehaus.jettison.json.JSONObject;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        holds("rows", new JSONObject("{\"rows\": 3000000000}").getInt("rows"), -1294967296);
        holds("as a long", new JSONObject("{\"rows\": 3000000000}").getLong("rows"), 3000000000L);
        holds("1.9", new JSONObject("{\"rows\": 1.9}").getInt("rows"), 1);
        holds("twice", new JSONObject("{\"rows\": 1, \"rows\": 2}"), "{\"rows\":[1,2]}");
        holds("missing", new JSONObject("{}").optString("name", "none"), "none");
        holds("null", new JSONObject("{\"name\": null}").optString("name", "none"), "null");
        holds("010", new JSONObject("{\"rows\": 010}"), "{\"rows\":8}");
        holds("12d", new JSONObject("{\"seat\": 12d}"), "{\"seat\":12}");
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: three billion are negative"
