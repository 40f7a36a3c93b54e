// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What options do to single messages: names and addresses of fields, cookies that caches would keep, monitors, pages of errors.
 * Bytes and log lines are those of the installed haproxy.
 */
class HttpOptionsDifferentialTest extends PlayedDifferentialTest {
    private static final String COMMON =
            """
            global
                log 127.0.0.1:LOG len 4096 local0
            defaults plain
                mode http
                log global
                option httplog
                timeout connect 4s
                timeout client 6s
                timeout server 6s
                retries 0
            """;

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String HEAD_END = "\r\n\r\n";

    /** Scenes in which haproxy does something else, and what is seen of them here. */
    private static final Map<String, String> NOTICED = new TreeMap<>();

    HttpOptionsDifferentialTest() {
        super(COMMON, NOTICED);
    }

    @Override
    void writeBill() {
        addresses();
        names();
        cacheableCookies();
        monitors();
        errorPages();
        identities();
    }

    /** One request, answered with {@code reply}. */
    private void asked(String name, String frontend, String backend, String request, String reply) {
        scene(name, frontend, backend, stage -> {
            StageServer.answers(stage, reply, false);
            stage.client().send(request).await(HEAD_END).listen(30);
        });
    }

    private void addresses() {
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put("alone", "");
        forms.put("by another name", " header X-Client");
        forms.put("if none", " if-none");
        forms.put("except the client", " except 127.0.0.0/8");
        forms.put("except others", " except 10.0.0.0/8");
        forms.put("except one by another name", " except 127.0.0.1 header X-Client");
        Map<String, String> requests = new LinkedHashMap<>();
        requests.put("without", GET);
        requests.put("with one", field("X-Forwarded-For: 9.9.9.9\r\nX-Original-To: 8.8.8.8\r\nX-Client: 7.7.7.7\r\n"));
        requests.put("with two", field("x-forwarded-for: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2, 3.3.3.3\r\n"));
        requests.put("with an empty one", field("X-Forwarded-For:\r\nX-Client:\r\nX-Original-To:\r\n"));
        forms.forEach((form, words) -> requests.forEach((what, request) -> {
            for (String option : List.of("forwardfor", "originalto")) {
                if (option.equals("originalto") && form.equals("if none")) {
                    continue;
                }
                String line = "option " + option + words;
                asked(option + " " + form + " " + what + " in front", line, "", request, OK);
                asked(option + " " + form + " " + what + " behind", "", line, request, OK);
            }
        }));
        String other = "option forwardfor header X-Other except 10.0.0.0/8";
        asked(
                "forwardfor in both places",
                "option forwardfor if-none",
                other,
                requests.getOrDefault("with one", ""),
                OK);
        asked("forwardfor if none in one place", "option forwardfor", "option forwardfor if-none", GET, OK);
    }

    private static String field(String lines) {
        return GET.substring(0, GET.length() - 2) + lines + "\r\n";
    }

    private void names() {
        String odd = "x_y: 1\r\nA.b: 2\r\nGood-1: 3\r\nx~: 4\r\n";
        for (String policy : List.of("preserve", "delete", "reject")) {
            String line = "option http-restrict-req-hdr-names " + policy;
            for (String lines : List.of(odd, "Good-1: 3\r\n", "_: 1\r\n", "host_: b\r\nConnection: host_\r\n")) {
                String what = lines.equals(odd)
                        ? "several"
                        : lines.substring(0, lines.indexOf(':')).replace("_", "u");
                asked("names " + policy + " " + what + " in front", line, "", field(lines), OK);
                asked("names " + policy + " " + what + " behind", "", line, field(lines), OK);
            }
        }
        asked(
                "names preserved in front and deleted behind",
                "option http-restrict-req-hdr-names preserve",
                "option http-restrict-req-hdr-names delete",
                field(odd),
                OK);
        asked(
                "names deleted in front and preserved behind",
                "option http-restrict-req-hdr-names delete",
                "option http-restrict-req-hdr-names preserve",
                field(odd),
                OK);
        asked(
                "names deleted before the rules behind",
                "option http-restrict-req-hdr-names delete",
                "http-request set-header x-seen %[req.hdr(x_y)]",
                field(odd),
                OK);
        asked(
                "names deleted behind the rules in front",
                "option http-restrict-req-hdr-names delete\n http-request set-header x-seen %[req.hdr(x_y)]",
                "",
                field(odd),
                OK);
        asked(
                "names made by a rule",
                "option http-restrict-req-hdr-names reject\n http-request set-header x_z 1",
                "",
                GET,
                OK);
    }

    /** What says that a response may be kept, and what keeps it out of caches all the same. */
    private void cacheableCookies() {
        List<String> kept = List.of(
                "ETag: x",
                "Last-Modified: x",
                "Expires: 0",
                "Vary: x|ETag: x",
                "Pragma: x|ETag: x",
                "Cache-Control: s-maxage=5",
                "Cache-Control: max-age=5",
                "Cache-Control: max-age=x",
                "Cache-Control: max-age=05",
                "Cache-Control: public|ETag: x",
                "Cache-Control: no-transform|ETag: x",
                "Cache-Control: no-cache=\"x\"|ETag: x",
                "Cache-Control: private=\"x\"|ETag: x");
        List<String> notKept = List.of(
                "X: y",
                "Age: 5",
                "Pragma: no-cache|ETag: x",
                "Pragma: no-cache|Cache-Control: public|ETag: x",
                "Cache-Control: must-revalidate",
                "Cache-Control: public",
                "Cache-Control: max-age=0|ETag: x",
                "Cache-Control: s-maxage=0|ETag: x",
                "Cache-Control: no-store|ETag: x",
                "Cache-Control: private|ETag: x",
                "Cache-Control: no-cache|ETag: x",
                "Cache-Control: No-Cache|ETag: x",
                "Cache-Control: public, private|ETag: x",
                "Cache-Control: no-cache=\"set-cookie\"|ETag: x",
                "Cache-Control: no-cache=\"set-cookie, x\"|ETag: x");
        kept.forEach(lines -> cookies("GET", 200, lines, true));
        notKept.forEach(lines -> cookies("GET", 200, lines, false));
        for (String method : List.of("HEAD", "OPTIONS", "TRACE", "POST", "PUT", "DELETE")) {
            cookies(method, 200, "ETag: x", List.of("HEAD", "OPTIONS", "TRACE").contains(method));
            cookies(method, 200, "Cache-Control: public|ETag: x", true);
        }
        for (int status : new int[] {203, 204, 206, 300, 301, 404, 405, 410, 414, 501}) {
            cookies("GET", status, "ETag: x", true);
        }
        for (int status : new int[] {201, 302, 304, 308, 403, 500}) {
            cookies("GET", status, "ETag: x", false);
        }
        cookies("GET", 201, "Cache-Control: public|ETag: x", true);
    }

    /** @param refused whether {@code checkcache} refuses it; where HAProxy shows its page for the status 200 instead of 502's */
    private void cookies(String method, int status, String lines, boolean refused) {
        String name = method + " " + status + " " + lines.replaceAll("[^A-Za-z0-9]+", "_");
        String request = GET.replace("GET", method);
        String reply = "HTTP/1.1 " + status + " x\r\nContent-Length: 0\r\n" + lines.replace("|", "\r\n") + "\r\n";
        String checked = "checkcache " + name;
        if (refused) {
            NOTICED.put(checked.replace(' ', '-'), "client HTTP/1.1 502 Bad Gateway");
        }
        asked(checked, "", "option checkcache", request, reply + "Set-Cookie: a=b\r\n\r\n");
        String inserts = "cookie S insert nocache\n server s1 127.0.0.1:SERVER cookie z";
        asked("nocache " + name, "", inserts, request, reply + "\r\n");
    }

    private void monitors() {
        String monitor = "monitor-uri /alive";
        Map<String, String> requests = new LinkedHashMap<>();
        requests.put("GET", GET.replace("/ ", "/alive "));
        requests.put("HEAD", GET.replace("GET / ", "HEAD /alive "));
        requests.put("POST", "POST /alive HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab");
        requests.put("HTTP 1.0", "GET /alive HTTP/1.0\r\n\r\n");
        requests.put("a close", field("Connection: close\r\n").replace("/ ", "/alive "));
        for (String fails : List.of("", "\n monitor fail if { src 127.0.0.1 }", "\n monitor fail if { path /other }")) {
            String kind = fails.isEmpty() ? "" : fails.contains("path") ? " that could fail" : " that fails";
            requests.forEach((what, request) ->
                    scene("monitor" + kind + " by " + what, monitor + fails, "", 0, stage -> stage.client()
                            .send(request)
                            .await(what.equals("HEAD") ? HEAD_END : "</html>")
                            .listen(30)));
        }
        for (String target : List.of("/alive?x", "/alive/", "/Alive", "/aliv")) {
            asked(
                    "no monitor " + target.replaceAll("[^a-zA-Z]", "_"),
                    monitor,
                    "",
                    GET.replace("/ ", target + " "),
                    OK);
        }
        scene("monitor by a target with a scheme", monitor, "", 0, stage -> stage.client()
                .send(GET.replace("/ ", "http://a/alive "))
                .await("</html>"));
        scene("monitor before rules", monitor + "\n http-request deny", "", 0, stage -> stage.client()
                .send(requests.getOrDefault("GET", ""))
                .await("</html>")
                .listen(30));
        scene("a monitor and then a request", monitor, "", 1, stage -> {
            StageServer.answers(stage, OK, false);
            Wire client = stage.client().send(requests.getOrDefault("GET", ""));
            client.await("</html>").send(GET).await("ok").listen(30);
        });
    }

    private void errorPages() {
        Map<String, String> reasons = new LinkedHashMap<>();
        reasons.put("403", "http-request deny");
        reasons.put("429", "http-request deny deny_status 429");
        reasons.put("503", "");
        for (String line : List.of("errorloc", "errorloc302", "errorloc303")) {
            reasons.forEach((status, rule) -> {
                for (String method : List.of("GET", "HEAD", "POST")) {
                    String request = GET.replace("GET", method);
                    String page = line + " " + status + " /sorry?s=" + status;
                    String dead = "server s1 127.0.0.1:DEAD";
                    String what = line + " of " + status + " to " + method;
                    scene(what + " in front", page + "\n " + rule, dead, stage -> stage.client()
                            .send(request)
                            .await(HEAD_END)
                            .listen(30));
                    scene(what + " behind", "", page + "\n " + rule + "\n " + dead, stage -> stage.client()
                            .send(request)
                            .await(HEAD_END)
                            .listen(30));
                }
            });
            scene(line + " of 400", line + " 400 http://b/bad", "", stage -> stage.client()
                    .send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
                    .awaitEnd());
            scene(
                    line + " of 408",
                    line + " 408 http://b/late\n timeout http-request 500ms",
                    "",
                    stage -> stage.client().send("GET / HT").awaitEnd());
        }
        scene(
                "errorloc and rules on answers",
                "errorloc 403 /x\n http-request deny\n http-after-response set-header x-a %[status]",
                "",
                stage -> stage.client().send(GET).await(HEAD_END).listen(30));
    }

    private void identities() {
        String format = "unique-id-format %{+X}o\\ %ci:%[req.hdr(x-one)]-%[path]";
        asked("an identity", format, "", GET, OK);
        asked("an identity in a field", format + "\n unique-id-header X-Id", "", field("x-one: 1\r\n"), OK);
        asked("an identity beside the client", format + "\n unique-id-header X-Id", "", field("X-Id: mine\r\n"), OK);
        asked("a field without an identity", "unique-id-header X-Id", "", GET, OK);
        asked(
                "an identity made before rules",
                format + "\n unique-id-header X-Id\n http-request set-path /other",
                "",
                GET,
                OK);
        asked(
                "an identity and rules behind",
                format + "\n unique-id-header X-Id\n option forwardfor",
                "http-request set-path /behind\n http-request set-header x-behind 1",
                GET,
                OK);
        asked(
                "an identity with many blanks",
                "unique-id-format \\ \\ %[req.hdr(none)]\\ %ci\\ \\ %[req.hdr(none)]\\ x\\ \n unique-id-header X-Id",
                "",
                GET,
                OK);
        asked(
                "an identity used by a rule",
                format + "\n unique-id-header X-Id\n http-request set-header X-Seen %[unique-id]",
                "http-request set-header X-Behind %[unique-id]",
                GET,
                OK);
    }
}
