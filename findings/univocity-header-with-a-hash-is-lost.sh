#!/usr/bin/env bash
# libunivocity-parsers-java 2.9.1-1, java 17 (Debian 12)
#
# A line that begins with # is a comment by default, and the first line that is left is the header: where the first
# column is "#id", the first row is the header and is missing. Blanks around a value are cut when it is read and when it
# is written, a row of which all is missing is not written, and "" is null.
# Seen: a of the rows 1,a and 2,b below #id,name
#
# Most would guess: #id and name, and two rows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libunivocity-parsers-java=2.9.1-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import com.univocity.parsers.csv.*;
import java.io.*;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        CsvParserSettings settings = new CsvParserSettings();
        settings.setHeaderExtractionEnabled(true);
        CsvParser parser = new CsvParser(settings);
        int rows = parser.parseAll(new StringReader("#id,name\n1,a\n2,b\n")).size();
        holds("rows", rows, 1);
        holds("header", String.join(",", parser.getContext().headers()), "1,a");
        StringWriter text = new StringWriter();
        CsvWriter writer = new CsvWriter(text, new CsvWriterSettings());
        writer.writeRow(" x ", 1);
        writer.writeRow(null, null);
        writer.writeRow("y", "");
        writer.close();
        holds("written", text.toString().replace("\n", ";"), "x,1;y,;");
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: a header with a hash is lost"
