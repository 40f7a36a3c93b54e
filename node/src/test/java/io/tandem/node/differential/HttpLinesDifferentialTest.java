// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.testkit.HaproxyCheck;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every option and line about HTTP in every section and mode, right and wrong: what is said about it is what the installed
 * haproxy says with {@code -c}.
 */
class HttpLinesDifferentialTest {
    /** Switches of proxies; the sections and modes in which they mean something differ. */
    private static final List<String> SWITCHES = List.of(
            "abortonclose",
            "accept-invalid-http-request",
            "accept-invalid-http-response",
            "checkcache",
            "clitcpka",
            "disable-h2-upgrade",
            "dontlog-normal",
            "dontlognull",
            "h1-case-adjust-bogus-client",
            "h1-case-adjust-bogus-server",
            "http-buffer-request",
            "http-ignore-probes",
            "http-keep-alive",
            "http-no-delay",
            "http-pretend-keepalive",
            "http-server-close",
            "httpclose",
            "idle-close-on-response",
            "independent-streams",
            "log-separate-errors",
            "logasap",
            "nolinger",
            "prefer-last-server",
            "srvtcpka",
            "tcpka",
            "allbackups",
            "redispatch",
            "forwardfor",
            "originalto",
            "http-restrict-req-hdr-names");

    @TempDir
    Path directory;

    private static final String FRONTEND = "frontend f\n bind 127.0.0.1:18999\n#";
    private static final String BACKEND = "frontend f\n bind 127.0.0.1:18999\nbackend b\n#";
    private static final String LISTEN = "listen f\n bind 127.0.0.1:18999\n#";
    private static final String TCP = "listen f\n mode tcp\n bind 127.0.0.1:18999\n#";

    @Test
    void switchesAreJudgedAsByHaproxy() throws Exception {
        String all = lines("option %s");
        List<String> texts = new ArrayList<>();
        for (String mode : List.of("http", "tcp")) {
            texts.add(proxies(mode, "", FRONTEND.replace("#", all)));
            texts.add(proxies(mode, "", BACKEND.replace("#", all)));
            texts.add(proxies(mode, all, LISTEN + "backend b\n"));
        }
        texts.add(proxies("http", "", LISTEN.replace("#", lines("option %s xyz"))));
        texts.add(proxies("http", "", LISTEN.replace("#", lines("no option %s"))));
        String taken = lines("no option %s")
                .lines()
                .filter(line -> !line.matches(".*(tcpka|forwardfor|originalto)"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        texts.add(proxies("tcp", all, LISTEN.replace("#", taken)));
        compare(texts);
    }

    private static String lines(String format) {
        return SWITCHES.stream()
                .map(option -> " " + String.format(format, option) + "\n")
                .filter(line -> line.contains("xyz") || !line.contains("restrict"))
                .collect(Collectors.joining());
    }

    @Test
    void linesWithArgumentsAreJudgedAsByHaproxy() throws Exception {
        files();
        Map<Character, StringBuilder> together = new TreeMap<>();
        List<String> texts = new ArrayList<>();
        for (String line : lines().toList()) {
            String text = " " + line.substring(2).replace("\\n", "\n") + "\n";
            if (Character.isLowerCase(line.charAt(0))) {
                texts.add(configuration(Character.toUpperCase(line.charAt(0)), text));
            } else {
                together.computeIfAbsent(line.charAt(0), c -> new StringBuilder())
                        .append(text);
            }
        }
        together.forEach((section, all) -> texts.add(configuration(section, all.toString())));
        compare(texts);
    }

    private static String configuration(char section, String lines) {
        return switch (section) {
            case 'G' -> "global\n" + lines + proxies("http", "", LISTEN);
            case 'F' -> proxies("http", "", FRONTEND.replace("#", lines));
            case 'B' -> proxies("http", "", BACKEND.replace("#", lines));
            case 'D' -> proxies("http", lines, LISTEN);
            case 'T' -> proxies("http", "", TCP.replace("#", lines));
            case 'E' -> "http-errors pages\n" + lines + proxies("http", "", LISTEN);
            default -> proxies("http", "", LISTEN.replace("#", lines));
        };
    }

    private static String proxies(String mode, String defaults, String proxies) {
        return "defaults\n mode " + mode + "\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n" + defaults
                + proxies.replace("#", "");
    }

    private void files() throws IOException {
        Files.writeString(directory.resolve("good"), "HTTP/1.1 503 X\r\ncontent-length: 3\r\n\r\nabc");
        Files.writeString(
                directory.resolve("chunked"), "HTTP/1.1 503 X\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n");
        Files.writeString(directory.resolve("long"), "HTTP/1.1 503 X\r\ncontent-length: 3\r\n\r\nabcd");
        Files.writeString(directory.resolve("short"), "HTTP/1.1 503 X\r\ncontent-length: 4\r\n\r\nabc");
        Files.writeString(directory.resolve("field"), "HTTP/1.1 503 X\r\ncontent-length: 3\r\nbad header\r\n\r\nabc");
        Files.writeString(directory.resolve("nocolon"), "HTTP/1.1 503 X\r\nbad\r\n\r\nabc");
        Files.writeString(directory.resolve("interim"), "HTTP/1.1 103 X\r\n\r\n");
        Files.writeString(directory.resolve("cut"), "HTTP/1.1 503 X\r\ncontent-length: 3\r\n");
        Files.writeString(directory.resolve("lf"), "HTTP/1.1 503 X\ncontent-length: 3\n\nabc");
        Files.writeString(directory.resolve("empty"), "");
        Files.writeString(directory.resolve("names"), "# pairs\n\n  content-length\tContent-Length  \nhost HOST\n");
        Files.writeString(directory.resolve("wrong-name"), "host Hast\n");
        Files.writeString(directory.resolve("one-name"), "host\n");
        Files.writeString(directory.resolve("name-twice"), "host Host\nhost HOST\n");
    }

    private static Stream<String> lines() {
        return """
                F clitcpka-cnt
                F clitcpka-cnt x
                F clitcpka-cnt 3
                B clitcpka-cnt 3
                F srvtcpka-cnt 3
                F clitcpka-idle
                F clitcpka-idle 5x
                F clitcpka-idle 5s
                F clitcpka-intvl 99999999999
                B srvtcpka-intvl 10
                F srvtcpka-intvl 10
                F errorloc
                F errorloc 503
                F errorloc 503 http://x
                F errorloc 999 http://x
                F errorloc302 503
                F errorloc302 x /y
                F errorloc303 999 /x
                B errorloc303 503 /x
                F errorfile 503 DIR/good
                T errorfile 503 DIR/good
                F errorfile 503 DIR/chunked
                F errorfile 503 DIR/long
                F errorfile 503 DIR/short
                F errorfile 503 DIR/field
                F errorfile 503 DIR/nocolon
                F errorfile 503 DIR/interim
                F errorfile 503 DIR/cut
                F errorfile 503 DIR/lf
                F errorfile 503 DIR/empty
                F errorfile 503 DIR/absent
                F errorfile 503
                F errorfile
                F errorfile abc DIR/good
                F errorfile 418 DIR/good
                F errorfiles
                f errorfiles nope
                l errorfiles nope 503
                L errorfiles nope x
                d errorfiles nope
                E errorfile 503 DIR/good
                E errorfile 503
                E errorfile 418 DIR/good
                E errorfile 503 DIR/chunked
                E errorloc 503 /x
                e errorfile 503 DIR/good\\nlisten g\\n bind 127.0.0.1:18998\\n errorfiles pages 400
                e errorfile 503 DIR/good\\nlisten g\\n bind 127.0.0.1:18998\\n errorfiles pages
                F http-send-name-header
                F http-send-name-header X-A
                B http-send-name-header
                B http-send-name-header X-A
                L http-send-name-header Host
                T http-send-name-header X-A
                D http-send-name-header X-A
                D http-send-name-header
                F retry-on none
                B retry-on
                B retry-on none
                B retry-on none 503
                B retry-on 503 none
                B retry-on 302
                B retry-on foo
                B retry-on all-retryable-errors 404
                B retry-on conn-failure empty-response junk-response response-timeout 0rtt-rejected 401 403 404 408
                B retry-on 425 500 501 502 503 504
                B retry-on 429
                T retry-on 503
                L retry-on 503
                B retries 5
                B option redispatch -3
                F option redispatch
                G h1-case-adjust
                G h1-case-adjust content-length
                G h1-case-adjust content-length Content-Length
                G h1-case-adjust content-length Content-Lengt
                G h1-case-adjust content-length Content-Length\\n h1-case-adjust content-length CONTENT-length
                G h1-case-adjust content-length Content-Length x
                G h1-case-adjust-file
                g h1-case-adjust-file /nope
                g h1-case-adjust-file DIR/names
                g h1-case-adjust-file DIR/wrong-name
                g h1-case-adjust-file DIR/one-name
                g h1-case-adjust-file DIR/name-twice
                G tune.http.cookielen
                G tune.http.cookielen 5
                G tune.http.cookielen 5 6
                G tune.http.logurilen 64
                G tune.http.maxhdr 0
                G tune.http.maxhdr 40000
                G tune.bufsize 0
                G tune.bufsize 32768
                G tune.maxrewrite -1
                G tune.maxrewrite 2048
                l capture cookie S len 200
                L option http-restrict-req-hdr-names foo
                L option http-restrict-req-hdr-names delete
                L option http-restrict-req-hdr-names delete x
                T option http-restrict-req-hdr-names reject
                L option forwardfor except
                L option forwardfor except x
                L option forwardfor except ::1
                L option forwardfor except 10.0.0.0/8 except fe80::/10 header X if-none
                L option forwardfor except 10.0.0.0/33
                L option forwardfor header
                L option originalto except
                L option originalto except foo
                L option originalto header
                L option originalto if-none
                L option originalto except 127.0.0.0/8 header X-O
                F unique-id-header
                F unique-id-header X-A
                F unique-id-format
                B option httplog
                B option httpslog
                F option httplog clf
                F option httplog x
                t option httpslog
                t option httplog
                d option httplog
                F monitor-uri
                F monitor-uri /x
                B monitor-uri /x
                F monitor-uri /x /y
                T monitor-uri /x
                B monitor fail if TRUE
                L http-request disable-l7-retry
                l http-request disable-l7-retry if TRUE
                l http-request disable-l7-retry x
                T http-request disable-l7-retry
                B max-keep-alive-queue
                B max-keep-alive-queue x
                B max-keep-alive-queue 3 4
                B max-keep-alive-queue -1
                F max-keep-alive-queue 3
                F max-session-srv-conns x
                F max-session-srv-conns 3
                D max-session-srv-conns 3
                e errorfile 503 DIR/good\\nlisten g\\n bind 127.0.0.1:18998\\n http-request return status 503 errorfiles pages
                e errorfile 503 DIR/good\\nlisten g\\n bind 127.0.0.1:18998\\n http-request deny deny_status 503 errorfiles pages
                e errorfile 503 DIR/good\\nlisten g\\n bind 127.0.0.1:18998\\n http-request return status 503 errorfiles pages hdr a b
                l http-request return errorfiles
                l http-request return status 404 errorfiles nope
                l http-request return status 404 errorfiles nope string x
                l http-request wait-for-body
                l http-request wait-for-body time
                l http-request wait-for-body time x
                l http-request wait-for-body time 1s at-least
                l http-request wait-for-body time 1s at-least x
                l http-request wait-for-body at-least 10
                l http-request wait-for-body time 1s foo
                l http-request wait-for-body at-least 10 time 1s if TRUE
                l http-request wait-for-body time 1s at-least 1k
                l http-request set-nice
                l http-request set-mark
                l http-request set-mark x
                L http-request set-mark 0x10
                L http-request set-mark 010
                l http-request set-mark 5x
                L http-request set-mark -1
                l http-request set-mark 5 foo
                l http-request set-tos
                L http-request set-tos 300 if TRUE
                L http-response set-tos 0x2e
                L http-response set-mark 99999999999
                L tcp-request connection set-mark 5
                l tcp-request connection set-mark x
                l tcp-request content set-tos
                l tcp-request session set-tos 6
                t tcp-response content set-mark 9
                l tcp-request content set-log-level x
                l http-error
                l http-error 503
                l http-error status
                l http-error status 418
                L http-error status 503
                l http-error status 503 string x
                L http-error status 503 content-type text/plain
                L http-error status 503 errorfile DIR/good
                l http-error status 503 errorfile DIR/absent
                l http-error status 503 errorfiles nope
                L http-error status 503 default-errorfiles
                l http-error status 503 content-type text/plain string x hdr a b foo
                L http-error status 503 content-type text/plain lf-string "%[req.body]"
                l http-error status 503 content-type text/plain lf-string "%[foo]"
                l http-error status 503 hdr a
                l http-error status 503 file DIR/absent content-type a/b
                l http-error status 503 content-type text/plain string x errorfile DIR/good
                l http-error status 200 content-type text/plain string ""
                L http-error content-type a/b status 503 string x
                L http-error status 503 hdr content-length 5 content-type a/b string x
                l http-error status 999 string x
                l http-error deny_status 503 default-errorfiles
                l http-error status 503 content-type a/b string x if TRUE
                T http-error status 503 content-type text/plain string x
                D http-error status 503 content-type text/plain string x
                d http-error status 503 string x
                B http-error status 503 content-type text/plain string x
                e errorfile 503 DIR/good\\nlisten g\\n bind 127.0.0.1:18998\\n http-error status 503 errorfiles pages
                e errorfile 503 DIR/good\\nlisten g\\n bind 127.0.0.1:18998\\n http-error status 404 errorfiles pages
                L http-request return hdr content-length 5 string x content-type a/b
                L http-request return status 503 content-type a/b
                l http-request return string x content-type a/b string y
                l http-request deny string x errorfile DIR/good
                L http-request deny content-type x/y
                L http-request return errorfile DIR/good hdr a b
                L http-request return errorfile DIR/good content-type a/b
                l id
                l id 0
                l id x
                l id 5
                l id 5x
                l id 4 5
                d id 4
                l id 3\\nlisten g\\n bind 127.0.0.1:18998\\n id 3
                b use-server
                b use-server s1
                b use-server s1 foo
                b server s1 127.0.0.1:1\\n use-server s1 if { src 1.1.1.1 }
                b server s1 127.0.0.1:1\\n use-server s1 if { res.hdr(x) a }
                b server s1 127.0.0.1:1\\n use-server %[hdr(x)] if TRUE
                b use-server s9 if { src 1.1.1.1 }
                b use-server s1 if { nope }
                b use-server %[src if TRUE
                f use-server s1 if TRUE
                d use-server s1 if TRUE
                b force-persist
                b force-persist foo
                b force-persist if { nope }
                b ignore-persist
                b ignore-persist unless { res.hdr(x) a }
                d force-persist if TRUE
                f force-persist if { src 127.0.0.1 }
                """
                .lines()
                .filter(line -> !line.isBlank());
    }

    private void compare(List<String> texts) throws IOException, InterruptedException {
        InstalledHaproxy.assumeInstalled();
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i).replace("DIR", directory.toString());
            List<String> ours = LoadedText.of(text).messages().stream()
                    .filter(HttpLinesDifferentialTest::relevant)
                    .map(String::strip)
                    .toList();
            List<String> theirs = HaproxyCheck.of(directory, text).stream()
                    .map(HaproxyCheck.Message::text)
                    .filter(HttpLinesDifferentialTest::relevant)
                    .toList();
            if (!sorted(ours).equals(sorted(theirs))) {
                List<String> missing = new ArrayList<>(theirs);
                ours.forEach(missing::remove);
                List<String> surplus = new ArrayList<>(ours);
                theirs.forEach(surplus::remove);
                differences.add("configuration " + i + "\n  only haproxy: " + missing + "\n  only tandem:  " + surplus);
            }
        }
        assertThat(differences).isEmpty();
    }

    /** The order of what is said after the last line is no promise of HAProxy's. */
    private static List<String> sorted(List<String> messages) {
        return messages.stream().sorted().toList();
    }

    private static boolean relevant(String message) {
        return !HaproxyCheck.isSummary(message)
                && !message.contains("missing timeouts")
                && !message.contains("no log address");
    }
}
