#!/usr/bin/env bash
# pyiso20022 1.6.2, pandas 3.1.1, lxml 6.1.3
#
# A bank statement in the format camt.053 books a batch of three payments as one entry with three details. As a table
# it has one row with the amount, the reference and the text of the last payment; the first two are gone, without a
# warning. Of a text in several lines the last one is left. The currency of an amount, which is an attribute, is in no
# column, so an entry in USD stands beside one in EUR as the same number. What is debited has no sign.
# Seen: 1 row for 3 payments, detail 30.00 of an entry of 60.00; "line 2"; no EUR or USD in any column
#
# Most would guess: three rows, or a list, and a column for the currency.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pyiso20022==1.6.2 pandas==3.1.1 lxml==6.1.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from pyiso20022.tools.camt053_extract import camt053_to_df

DETAIL = """<TxDtls><Refs><EndToEndId>{0}</EndToEndId></Refs><Amt Ccy="EUR">{1}</Amt>
<RmtInf><Ustrd>line 1 of {0}</Ustrd><Ustrd>line 2 of {0}</Ustrd></RmtInf></TxDtls>"""
PAYMENTS = {"A": "10.00", "B": "20.00", "C": "30.00"}
DETAILS = "".join(DETAIL.format(*payment) for payment in PAYMENTS.items())
ENTRY = """<Ntry><Amt Ccy="{}">60.00</Amt><CdtDbtInd>{}</CdtDbtInd><Sts>BOOK</Sts>
<NtryDtls>{}</NtryDtls></Ntry>"""
STATEMENT = f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id>
{ENTRY.format("EUR", "DBIT", DETAILS)}{ENTRY.format("USD", "CRDT", "")}</Stmt></BkToCstmrStmt></Document>"""

with open("statement.xml", "w") as file:
    file.write(STATEMENT)
table = camt053_to_df("statement.xml", translate=False)
print(table.T.to_string())
first = table.iloc[0]
detail = "NtryDtls / TxDtls"
seen = [
    len(table),
    first["Amt"],
    first[f"{detail} / Amt"],
    first[f"{detail} / Refs / EndToEndId"],
    first[f"{detail} / RmtInf / Ustrd"],
]
assert seen == [2, "60.00", "30.00", "C", "line 2 of C"], seen
everything = " ".join([*table.columns, *table.fillna("").to_numpy().ravel()])
assert "EUR" not in everything and "USD" not in everything, everything
assert table["Amt"].tolist() == ["60.00", "60.00"], table
print("held: of three payments in a batch the last is left, and no amount has a currency")
PYTHON
