"""Who may see the board and change something on it."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import unusual_run
from tests.http_client import Client, serving
from watcher_core import Watcher
from watcher_core.errors import ConfigurationError, SchemaVersionError
from watcher_core.server import Proxies, create_app
from watcher_core.server.board import static
from watcher_core.server.board.files import report_file

MINUTE = dt.timedelta(minutes=1)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def board(module_watcher: Watcher) -> Iterator[Client]:
    """The board of a server that reads its tokens again for each request."""
    proxies = Proxies("X-Forwarded-User", ["10.1.0.0/16"])
    with pytest.MonkeyPatch.context() as patch, serving(create_app(module_watcher, proxies=proxies)) as client:
        patch.setattr("watcher_core.server.access.REREAD_SECONDS", 0)
        yield client


@pytest.fixture
def no_tokens(module_watcher: Watcher) -> None:
    """No token is valid."""
    for token in module_watcher.tokens():
        module_watcher.revoke_token(token.name)


@pytest.fixture
def alert_id(module_watcher: Watcher) -> int:
    """An open alert."""
    name = f"board {uuid.uuid4().hex}"
    with pytest.raises(ZeroDivisionError), module_watcher.track(name):
        raise ZeroDivisionError
    module_watcher.check_failures()
    [alert] = module_watcher.alerts(pipeline=name)
    return alert.id


def form_of(answer) -> dict[str, str]:
    """The value that forms of a page carry, and the cookie that goes with it."""
    found = re.search(r'name="form_token" value="([^"]+)"', answer.text)
    assert found, answer.text
    return {"form_token": found[1]}


def cookies(**given: str) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in given.items())}


def log_in(board: Client, token: str, **fields: str):
    page = board.get("/ui/login")
    form = form_of(page)
    return board.post(
        "/ui/login", data={**form, "token": token, **fields}, headers=cookies(watcher_form=form["form_token"])
    )


# Reading


def test_a_browser_is_led_to_the_board_and_a_program_is_not(board, no_tokens):
    assert board.get("/", headers={"Accept": "text/html"}).headers["location"] == "ui/"
    assert board.get("/").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/ui/", "/ui/alerts"])
def test_every_page_allows_only_our_own_files(board, no_tokens, path):
    answer = board.get(path)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", answer.text)
    for address in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert re.match(r"/(?!/)|#", address), address


def test_who_has_no_token_is_led_to_the_login_and_back(board, module_watcher):
    token, _ = module_watcher.create_token(uuid.uuid4().hex, scope="read")
    refused = board.get("/ui/alerts?state=open&kind=failure")
    assert refused.status_code == 303
    assert refused.headers["location"] == "/ui/login?next=%2Fui%2Falerts%3Fstate%3Dopen%26kind%3Dfailure"
    let_in = log_in(board, token, next="/ui/alerts?state=open")
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/ui/alerts?state=open")
    cookie = let_in.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/ui/" in cookie
    assert "Secure" not in cookie
    assert board.get("/ui/", headers=cookies(watcher_token=token)).status_code == 200


@pytest.mark.parametrize("target", ["//example.com", "https://example.com", "/ui/\\example.com", "/pipeline"])
def test_the_login_leads_nowhere_else(board, module_watcher, target):
    token, _ = module_watcher.create_token(uuid.uuid4().hex, scope="read")
    assert log_in(board, token, next=target).headers["location"] == "/ui/"


def test_a_cookie_behind_https_is_sent_over_https_only(board, module_watcher):
    token, _ = module_watcher.create_token(uuid.uuid4().hex, scope="read")
    form = form_of(board.get("/ui/login"))
    answer = board.post(
        "/ui/login",
        data={**form, "token": token},
        headers={**cookies(watcher_form=form["form_token"]), "X-Forwarded-Proto": "https"},
    )
    assert "Secure" in answer.headers["set-cookie"]


def test_a_token_that_does_not_reach_says_why(board, module_watcher):
    wrong = log_in(board, "wat_wrong")
    assert wrong.status_code == 401
    assert "watcher tokens create" in wrong.text
    limited, _ = module_watcher.create_token(uuid.uuid4().hex, scope="read", pipelines="etl/")
    assert "for pipelines 'etl/' only" in html.unescape(log_in(board, limited).text)


def test_the_cookie_opens_the_board_and_not_the_api(board, module_watcher):
    token, _ = module_watcher.create_token(uuid.uuid4().hex, scope="admin")
    assert board.get("/pipeline", headers=cookies(watcher_token=token)).status_code == 401


def test_logging_out_forgets_the_token(board, module_watcher):
    token, _ = module_watcher.create_token(uuid.uuid4().hex, scope="read")
    form = form_of(board.get("/ui/login"))
    answer = board.post("/ui/logout", data=form, headers=cookies(watcher_form=form["form_token"], watcher_token=token))
    # Also who may only read may log out.
    assert answer.status_code == 303
    assert re.search(r'watcher_token="";.*Max-Age=0', answer.headers["set-cookie"])


# Changing


def acknowledge(board: Client, alert_id: int, *, token: str, form: dict[str, str] | None, **headers: str):
    given = {"watcher_token": token, **({"watcher_form": form["form_token"]} if form else {})}
    return board.post(
        f"/ui/alerts/{alert_id}/acknowledge",
        data={**(form or {}), "note": "I look"},
        headers={**cookies(**given), **headers},
    )


def test_one_click_acknowledges_in_the_name_of_the_token(board, module_watcher, alert_id):
    name = uuid.uuid4().hex
    token, _ = module_watcher.create_token(name, scope="write")
    form = form_of(board.get(f"/ui/alerts/{alert_id}", headers=cookies(watcher_token=token)))
    answer = acknowledge(board, alert_id, token=token, form=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/ui/alerts/{alert_id}")
    alert = module_watcher.alert(alert_id)
    assert (alert.acknowledged_by, alert.note) == (name, "I look")


def test_what_is_in_maintenance_is_on_the_board_and_one_click_ends_it(board, module_watcher):
    name = f"<b>orders</b> {uuid.uuid4().hex}"
    module_watcher.get_or_create_pipeline(name)
    hour = dt.timedelta(hours=1)
    window = module_watcher.add_maintenance(pipeline=name, duration=hour, by="ann", note="deploy <7>")
    later = module_watcher.add_maintenance(starts_at=module_watcher.clock() + hour, duration=hour, note="not yet")
    reader, _ = module_watcher.create_token(f"reader {name[-32:]}", scope="read")
    page = board.get("/ui/alerts", headers=cookies(watcher_token=reader)).text
    assert "are not sent until" in page
    assert "deploy &lt;7&gt;" in page
    assert "<b>orders" not in page
    assert "not yet" not in page
    assert "/end" not in page, "who may not write has no button"
    token, _ = module_watcher.create_token(f"writer {name[-32:]}", scope="write")
    form = form_of(board.get("/ui/alerts", headers=cookies(watcher_token=token)))
    path = f"/ui/maintenance/{window.id}/end"
    given = cookies(watcher_token=token, watcher_form=form["form_token"])
    assert board.post(path, data={}, headers=given).status_code == 403, "of another site"
    back = "/ui/alerts?state=open"
    for url, leads_to in ((back, back), ("https://example.com/", "/ui/alerts")):
        answer = board.post(path, data={**form, "back": url}, headers=given)
        assert (answer.status_code, answer.headers["location"]) == (303, leads_to)
        path = f"/ui/maintenance/{later.id}/end"
    assert not {window.id, later.id} & {each.id for each in module_watcher.maintenance()}
    assert board.post(path, data=form, headers=given).status_code == 400, "it is over"
    assert name not in html.unescape(board.get("/ui/alerts", headers=cookies(watcher_token=token)).text)


def test_a_window_is_added_on_the_board_in_the_name_of_the_token(board, module_watcher):
    name, user = f"orders {uuid.uuid4().hex}", uuid.uuid4().hex
    module_watcher.get_or_create_pipeline(name)
    reader, _ = module_watcher.create_token(f"reader {user}", scope="read")
    assert "Add a window" not in board.get("/ui/alerts", headers=cookies(watcher_token=reader)).text
    token, _ = module_watcher.create_token(user)
    page = board.get("/ui/alerts", params={"pipeline": name}, headers=cookies(watcher_token=token))
    assert f'name="pipeline" value="{name}" placeholder="all alerts"' in page.text
    form = form_of(page)
    given = cookies(watcher_token=token, watcher_form=form["form_token"])
    asked = {**form, "pipeline": f" {name} ", "minutes": "30", "note": "deploy", "back": "/ui/alerts?state=open"}
    denied = cookies(watcher_token=reader, watcher_form=form["form_token"])
    assert board.post("/ui/maintenance", data=asked, headers=denied).status_code == 403
    assert board.post("/ui/maintenance", data={**asked, "form_token": "x"}, headers=given).status_code == 403
    for wrong in ({"minutes": "31"}, {"minutes": ""}, {"note": "a" * 1001}):
        assert board.post("/ui/maintenance", data={**asked, **wrong}, headers=given).status_code == 400
    assert board.post("/ui/maintenance", data={**asked, "pipeline": "nobody's"}, headers=given).status_code == 404
    answer = board.post("/ui/maintenance", data=asked, headers=given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/alerts?state=open")
    [window] = [each for each in module_watcher.maintenance() if each.pipeline_name == name]
    assert (window.created_by, window.note, window.ends_at) == (user, "deploy", window.starts_at + 30 * MINUTE)
    assert "overlaps" in html.unescape(board.post("/ui/maintenance", data=asked, headers=given).text)
    all_alerts = {**form, "pipeline": "", "minutes": "15", "note": "", "back": "https://example.com/"}
    answer = board.post("/ui/maintenance", data=all_alerts, headers=given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/alerts")
    [of_all] = [each for each in module_watcher.maintenance() if each.subject == "all"]
    for each in (window, of_all):
        module_watcher.end_maintenance(each.id)


def test_what_is_normal_after_all_is_unflagged_where_it_is_seen(board, module_watcher):
    name, user = f"<b>orders</b> {uuid.uuid4().hex}", uuid.uuid4().hex
    run = unusual_run(module_watcher, name, metrics=("total_rows", "metadata:Revenue"))
    [alert] = module_watcher.alerts(pipeline=name)
    reader, _ = module_watcher.create_token(f"reader {user}", scope="read")
    token, _ = module_watcher.create_token(user)
    pages = (f"/ui/executions/{run}", f"/ui/alerts/{alert.id}")
    for page in pages:
        assert "It is normal" not in board.get(page, headers=cookies(watcher_token=reader)).text
        shown = board.get(page, headers=cookies(watcher_token=token)).text
        assert shown.count("It is normal") == 2
        assert f'name="back" value="{page}"' in shown
    form = form_of(board.get(pages[0], headers=cookies(watcher_token=token)))
    given = cookies(watcher_token=token, watcher_form=form["form_token"])
    path, asked = f"/ui/executions/{run}/unflag", {**form, "metric": "metadata:Revenue", "back": pages[1]}
    denied = cookies(watcher_token=reader, watcher_form=form["form_token"])
    assert board.post(path, data=asked, headers=denied).status_code == 403
    assert board.post(path, data={**asked, "form_token": "x"}, headers=given).status_code == 403
    assert board.post(path, data={**asked, "metric": "inserts"}, headers=given).status_code == 404
    answer = board.post(path, data=asked, headers=given)
    assert (answer.status_code, answer.headers["location"]) == (303, pages[1])
    assert module_watcher.alert(alert.id).state == "open"
    for page in pages:
        assert board.get(page, headers=cookies(watcher_token=token)).text.count("It is normal") == 1
    answer = board.post(path, data={**asked, "metric": "total_rows", "back": "//example.com"}, headers=given)
    assert (answer.status_code, answer.headers["location"]) == (303, pages[0])
    over = module_watcher.alert(alert.id)
    assert (over.state, over.resolution) == ("resolved", {"how": "unflagged", "by": user})
    for page in pages:
        assert "It is normal" not in board.get(page, headers=cookies(watcher_token=token)).text
    assert " said so, " in board.get(pages[0], headers=cookies(watcher_token=token)).text


def seen_in(page) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def test_of_two_who_act_at_once_the_second_sees_what_the_first_did(board, module_watcher, alert_id):
    ada, bob = (module_watcher.create_token(f"{name} {uuid.uuid4().hex}", scope="write")[0] for name in ("ada", "bob"))
    pages = [board.get(f"/ui/alerts/{alert_id}", headers=cookies(watcher_token=token)) for token in (ada, bob)]
    forms = [{**form_of(page), "seen": seen_in(page)} for page in pages]
    assert acknowledge(board, alert_id, token=ada, form=forms[0]).status_code == 303
    assert acknowledge(board, alert_id, token=ada, form=forms[0]).status_code == 303, "a double click is no news"
    answer = acknowledge(board, alert_id, token=bob, form=forms[1])
    assert answer.status_code == 409
    said = re.sub(r"<[^>]+>|\s+", " ", answer.text)
    assert re.search(r"Nothing was changed: meanwhile +ada \w+ +has acknowledged it", said)
    assert ">I look</textarea>" in answer.text, "what was typed is kept"
    assert "data-live" not in answer.text, "an answer to a form is not fetched anew"
    assert (module_watcher.alert(alert_id).acknowledged_by or "").startswith("ada")
    again = {**form_of(answer), "seen": seen_in(answer)}
    assert acknowledge(board, alert_id, token=bob, form=again).status_code == 303, "who has seen it may take over"
    assert (module_watcher.alert(alert_id).acknowledged_by or "").startswith("bob")


@pytest.mark.parametrize("path", ["/ui/alerts/{}", "/ui/alerts", "/ui/", "/ui/failures"])
def test_who_has_not_seen_that_an_alert_got_louder_sees_so_first(board, module_watcher, alert_id, path):
    """What they would acknowledge is not what they have seen."""
    token, _ = module_watcher.create_token(uuid.uuid4().hex, scope="write")
    page = board.get(path.format(alert_id), headers=cookies(watcher_token=token))
    levels = set(re.findall(r'name="level" value="([^"]*)"', page.text))
    assert levels == {"error"}
    form = {**form_of(page), "seen": "open", "level": "error"}
    name = module_watcher.alert(alert_id).pipeline_name
    module_watcher.update_pipeline(name, alert_level="critical")
    module_watcher.check_failures()
    answer = acknowledge(board, alert_id, token=token, form=form)
    assert answer.status_code == 409
    assert "Nothing was changed: meanwhile it is open, at level critical." in re.sub(r"\s+", " ", answer.text)
    assert module_watcher.alert(alert_id).state == "open"
    again = {**form, "level": "critical"}
    module_watcher.update_pipeline(name, alert_level="warning")
    module_watcher.check_failures()
    assert acknowledge(board, alert_id, token=token, form=again).status_code == 303, "less bad is no reason"


def test_an_alert_that_is_over_meanwhile_says_so(board, module_watcher, alert_id):
    token, _ = module_watcher.create_token(uuid.uuid4().hex, scope="write")
    form = {**form_of(board.get("/ui/alerts", headers=cookies(watcher_token=token))), "seen": "open"}
    with module_watcher.track(module_watcher.alert(alert_id).pipeline_name):
        pass
    module_watcher.check_failures()
    answer = acknowledge(board, alert_id, token=token, form=form)
    assert answer.status_code == 409
    assert "meanwhile it is over" in re.sub(r"\s+", " ", answer.text)
    assert "Fixed by the run of" in answer.text


def test_who_is_logged_out_meanwhile_is_led_to_the_login_and_back(board, module_watcher, alert_id):
    token, _ = module_watcher.create_token(name := uuid.uuid4().hex, scope="write")
    form = form_of(board.get(f"/ui/alerts/{alert_id}", headers=cookies(watcher_token=token)))
    module_watcher.revoke_token(name)
    page = f"http://board/ui/alerts/{alert_id}?shown=50"
    answer = acknowledge(board, alert_id, token=token, form=form, Referer=page)
    assert answer.status_code == 401
    assert "Your login has ended, and nothing was changed" in answer.text
    assert f'href="/ui/login?next=%2Fui%2Falerts%2F{alert_id}%3Fshown%3D50"' in answer.text
    elsewhere = acknowledge(board, alert_id, token=token, form=form, Referer="https://example.com/phishing")
    assert 'href="/ui/login?next=%2Fui%2F"' in elsewhere.text


@pytest.mark.parametrize(
    ("headers", "has_form"),
    [({}, False), ({"Sec-Fetch-Site": "cross-site"}, True), ({"Origin": "https://example.com"}, True)],
)
def test_a_form_of_another_page_changes_nothing(board, module_watcher, alert_id, headers, has_form):
    token, _ = module_watcher.create_token(uuid.uuid4().hex, scope="write")
    form = form_of(board.get("/ui/login")) if has_form else None
    answer = acknowledge(board, alert_id, token=token, form=form, **headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert module_watcher.alert(alert_id).acknowledged_at is None


def test_who_may_only_read_is_told_so(board, module_watcher, alert_id):
    token, _ = module_watcher.create_token(uuid.uuid4().hex, scope="read")
    page = board.get(f"/ui/alerts/{alert_id}", headers=cookies(watcher_token=token))
    assert "log in with a token that may write" in page.text
    answer = acknowledge(board, alert_id, token=token, form=form_of(board.get("/ui/login")))
    assert answer.status_code == 403
    assert module_watcher.alert(alert_id).acknowledged_at is None


def test_a_schema_of_another_version_is_nothing_to_try_again(board, module_watcher, no_tokens, monkeypatch):
    def refuse(**_: object) -> None:
        raise SchemaVersionError("db.internal has schema version 0033", found="0033", expected="0034")

    monkeypatch.setattr(module_watcher, "alerts", refuse)
    answer = board.get("/ui/alerts?state=open")
    assert answer.status_code == 503
    assert "version 0033 of the schema, and this server needs 0034" in answer.text
    assert "db.internal" not in answer.text


# A proxy that knows its users


def test_a_trusted_proxy_names_the_user(module_watcher, alert_id):
    module_watcher.create_token(uuid.uuid4().hex)
    app = create_app(module_watcher, proxies=Proxies("X-Forwarded-User", ["10.1.0.0/16"]))
    user = {"X-Forwarded-User": "ann@example.com", "X-Forwarded-For": "192.0.2.7", "Host": "watcher.example.com"}
    with serving(app, client="10.1.2.3") as behind:
        form = form_of(behind.get(f"/ui/alerts/{alert_id}", headers=user))
        behind.post(
            f"/ui/alerts/{alert_id}/acknowledge",
            data=form,
            headers={**user, **cookies(watcher_form=form["form_token"])},
        )
        # The API needs a token all the same.
        assert behind.get("/pipeline", headers=user).status_code == 401
    assert module_watcher.alert(alert_id).acknowledged_by == "ann@example.com"
    with serving(app, client="10.2.0.1") as elsewhere:
        assert elsewhere.get("/ui/", headers=user).status_code == 303


@pytest.mark.parametrize(
    ("header", "addresses", "message"),
    [
        ("X-User", [], "go together"),
        (None, ["10.0.0.1"], "go together"),
        ("X-User", ["proxy"], "WATCHER_TRUSTED_PROXIES"),
    ],
)
def test_a_wrong_setting_of_proxies_is_named(header, addresses, message):
    with pytest.raises(ConfigurationError, match=message):
        Proxies(header, addresses)


# Files


@pytest.mark.parametrize("name", ["board.css", "board.js", "tokens.css", "vendor/htmx.min.js", "vendor/uplot.min.js"])
def test_files_need_no_token_and_are_kept_by_their_content(board, module_watcher, name):
    module_watcher.create_token(uuid.uuid4().hex)
    address = static.address(name)
    answer = board.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert board.get(address.partition("?")[0]).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["vendor/htmx.LICENSE.txt", "%2e%2e/login.py", ""])
def test_nothing_else_is_a_file(board, name):
    assert board.get(f"/ui/static/{name}").status_code == 404


def test_the_libraries_are_those_that_were_published():
    root = Path(static.__file__).parent
    listed = dict(re.findall(r"\| `(static/vendor/[^`]+)` \|.*`([0-9a-f]{64})` \|", (root / "README.md").read_text()))
    kept = {str(path.relative_to(root)) for path in (root / "static" / "vendor").iterdir() if path.suffix != ".txt"}
    assert set(listed) == kept
    for name, digest in listed.items():
        assert hashlib.sha256((root / name).read_bytes()).hexdigest() == digest, name


def test_the_report_as_a_file_holds_no_script_and_loads_nothing(module_watcher):
    name = f"<script>alert(1)</script>{uuid.uuid4().hex}"
    with pytest.raises(ZeroDivisionError), module_watcher.track(name):
        raise ZeroDivisionError
    module_watcher.check_failures()
    page = report_file(module_watcher)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "default-src 'none'" in html.unescape(page)


def test_the_file_names_what_failed_most_and_nothing_that_did_not(module_watcher):
    fails, works = f"fails {uuid.uuid4().hex}", f"works {uuid.uuid4().hex}"
    with module_watcher.track(works):
        pass
    with pytest.raises(ZeroDivisionError), module_watcher.track(fails):
        raise ZeroDivisionError
    failed_most = report_file(module_watcher).partition("What failed most")[2]
    assert fails in failed_most
    assert works not in failed_most
