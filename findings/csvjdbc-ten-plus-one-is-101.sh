#!/usr/bin/env bash
# libcsvjdbc-java 1.0.37-1, java 17 (Debian 12)
#
# All columns are texts, without an error where numbers are meant: 10 + 1 is 101, as if joined. No row has a value above
# 5, none is 9 and none other than 10, as a text and a number are never compared. Sums and means are of numbers all the
# same, and the maximum of 9 and 10 is 9.
# Seen: 101 of V + 1
#
# Most would guess: 11, and the rows above 5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v javac >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends default-jdk-headless
apt-get download --quiet=2 --option APT::Sandbox::User=root "libcsvjdbc-java=1.0.37-1"
for package in *.deb; do dpkg --extract "$package" .; done

mkdir files
printf 'ID,V\n1,10\n2,9\n' >files/runs.csv

cat >Main.java <<'JAVA'
import java.sql.*;

public class Main {
    static void holds(String text, Object seen, Object expected) {
        System.out.println(text + ": " + seen);
        if (!String.valueOf(seen).equals(String.valueOf(expected))) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Connection files = DriverManager.getConnection("jdbc:relique:csv:files");
        Statement statement = files.createStatement();
        String[][] queries = {
            {"SELECT V + 1 FROM runs", "101 91 "},
            {"SELECT ID FROM runs WHERE V > 5", ""},
            {"SELECT ID FROM runs WHERE V = 9", ""},
            {"SELECT ID FROM runs WHERE V <> 10", ""},
            {"SELECT ID FROM runs WHERE V = '9'", "2 "},
            {"SELECT MAX(V) FROM runs", "9 "},
            {"SELECT SUM(V) FROM runs", "19 "},
        };
        for (String[] query : queries) {
            StringBuilder rows = new StringBuilder();
            ResultSet result = statement.executeQuery(query[0]);
            while (result.next()) {
                rows.append(result.getObject(1)).append(' ');
            }
            holds(query[0], rows, query[1]);
        }
    }
}
JAVA
java -Duser.timezone=UTC -classpath "usr/share/java/*" Main.java
echo "held: ten plus one is 101"
