#!/usr/bin/env bash
# libopencsv-java 5.2-1, libcommons-csv-java 1.9.0-1, java 17 (Debian 12)
#
# The writer leaves a backslash as it is and the reader takes it for an escape, each by its default: the folder C:\new
# is C:new when it is read again, and a text that ends with a backslash takes the next columns, or is an error at the
# end of a row. Two backslashes are one. commons-csv reads what was written.
# Seen: C:new of C:\new
#
# Most would guess: C:\new, as one library wrote and read it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libopencsv-java=5.2-1" \
    "libcommons-lang3-java" "libcommons-text-java" "libcommons-csv-java=1.9.0-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >Main.java <<'JAVA'
import com.opencsv.CSVReader;
import com.opencsv.CSVWriter;
import java.io.StringReader;
import java.io.StringWriter;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        StringWriter text = new StringWriter();
        CSVWriter writer = new CSVWriter(text);
        writer.writeNext(new String[] {"C:\\new", "\\\\host\\share", "1"});
        writer.close();
        holds("written", text.toString().trim(), "\"C:\\new\",\"\\\\host\\share\",\"1\"");
        String[] read = new CSVReader(new StringReader(text.toString())).readNext();
        holds("read", String.join(" | ", read), "C:new | \\hostshare | 1");
        holds("commons-csv", CSVParser.parse(text.toString(), CSVFormat.DEFAULT).getRecords().get(0).get(0), "C:\\new");
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: a folder loses its backslash"
