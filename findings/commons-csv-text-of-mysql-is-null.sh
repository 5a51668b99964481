#!/usr/bin/env bash
# libcommons-csv-java 1.9.0-1, java 17 (Debian 12)
#
# The format for MySQL writes null as \N and the text \N as \\N, as MySQL's own export has it, and reads both as null. A
# file that it wrote has lost the text when it reads it again, and one of MySQL, too. The format for CSV of PostgreSQL
# cannot read the quotes that it writes: "q""r" is an error.
# Seen: null of \\N
#
# Most would guess: the text \N.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libcommons-csv-java=1.9.0-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        CSVFormat mysql = CSVFormat.MYSQL;
        String line = mysql.format("\\N", null, "N");
        holds("written", line, "\\\\N\t\\N\tN");
        CSVRecord read = CSVParser.parse(line + "\n", mysql).getRecords().get(0);
        holds("text", read.get(0), null);
        holds("null", read.get(1), null);
        holds("another text", read.get(2), "N");
        CSVFormat postgresql = CSVFormat.POSTGRESQL_CSV;
        String quoted = postgresql.format("q\"r", "x");
        String seen;
        try {
            seen = CSVParser.parse(quoted + "\n", postgresql).getRecords().toString();
        } catch (IllegalStateException | java.io.IOException error) {
            seen = "an error";
        }
        holds("PostgreSQL", quoted + " is " + seen, "\"q\"\"r\",\"x\" is an error");
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: a text of MySQL is null"
