#!/usr/bin/env bash
# libgoogle-gson-java 2.10-1, java 17 (Debian 12)
#
# Two integers are equal if their last 64 bits are, so 18446744073709551617 equals 1, and a list that has the one
# contains the other. Fractions are compared as doubles: 1.0000000000000000001 equals 1. As an int 3000000000 is
# -1294967296, and the text "1" is false.
# Seen: true
#
# Most would guess: false.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libgoogle-gson-java=2.10-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import com.google.gson.*;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        JsonArray ids = JsonParser.parseString("[18446744073709551617]").getAsJsonArray();
        JsonElement one = JsonParser.parseString("[1]").getAsJsonArray().get(0);
        JsonPrimitive large = new JsonPrimitive(new java.math.BigInteger("18446744073709551617"));
        holds("large", large.equals(new JsonPrimitive(1)), true);
        holds("fraction", new JsonPrimitive(new java.math.BigDecimal("1.0000000000000000001")).equals(new JsonPrimitive(1.0)), true);
        JsonArray list = new JsonArray();
        list.add(large);
        holds("contains", list.contains(new JsonPrimitive(1)), true);
        holds("int", new JsonPrimitive(3000000000L).getAsInt(), -1294967296);
        holds("boolean", new JsonPrimitive("1").getAsBoolean(), false);
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: a large id equals one"
