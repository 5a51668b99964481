#!/usr/bin/env bash
# libjoda-time-java 2.10.14-1, java 17 (Debian 12)
#
# A day in the basic form of ISO 8601 is a year: 20240102 is 1 January of the year 20240102, without an error, and 24 is
# a day of the year 24. By the pattern HH:mm a 10:30 PM is in the morning, and by hh:mm 12:30 is half past midnight.
# Seen: 20240102-01-01T00:00:00.000Z of 20240102
#
# Most would guess: 2024-01-02, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libjoda-time-java=2.10.14-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import org.joda.time.*;
import org.joda.time.format.DateTimeFormat;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        holds("20240102", new DateTime("20240102", DateTimeZone.UTC), "20240102-01-01T00:00:00.000Z");
        holds("day", LocalDate.parse("20240102").getYear(), 20240102);
        holds("24", new DateTime("24", DateTimeZone.UTC), "0024-01-01T00:00:00.000Z");
        holds("PM", DateTimeFormat.forPattern("HH:mm a").parseLocalTime("10:30 PM"), "10:30:00.000");
        holds("12:30", DateTimeFormat.forPattern("hh:mm").parseLocalTime("12:30"), "00:30:00.000");
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: 20240102 is a year"
