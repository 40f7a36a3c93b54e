// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.testkit.HaproxyCheck;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every option of {@code server} lines (manual 5.2, but for TLS), right and wrong, on {@code server} and {@code
 * default-server} lines: what is said about it is what the installed haproxy says with {@code -c}.
 */
class ServerLinesDifferentialTest {
    private static final Pattern NAME = Pattern.compile("-(\\d+)-");
    private static final Pattern LINE = Pattern.compile("t\\.cfg:(\\d+)");

    /** Both programs give up after so many, and a line may have two. */
    private static final int MOST_MISTAKES = 20;

    /** What Tandem refuses by name until it is there: agents, checks in other protocols. */
    private static final Pattern REFUSED = Pattern.compile(" (agent-|no-agent-check|check-proto)");

    /** Where Tandem says something else, and why. */
    private static final List<String> MEANT = List.of(
            "default-server id", // an alert of HAProxy's that changes nothing: a warning here
            "log-proto legacy", // no effect: Tandem says so
            "log-proto octet-count",
            "port 70000", // HAProxy cuts it to 16 bits
            "source foo!", // HAProxy's message has three empty lines
            "hash-type avalanche", // obsolete: Tandem warns and does it
            "frontend fe#\n bind 127.0.0.1:18997\n balance hash"); // never used: HAProxy compiles it all the same

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    private static Stream<String> options() {
        return """
                addr
                addr 127.0.0.1
                addr 127.0.0.1 check
                addr foo!
                agent-check
                agent-check agent-port 5
                agent-addr
                agent-addr 127.0.0.1
                agent-inter
                agent-inter x
                agent-inter 0
                agent-inter 5s
                agent-port
                agent-port x
                agent-port 5
                agent-send
                agent-send foo
                no-agent-check
                backup
                backup x
                no-backup
                check
                no-check
                check no-check
                check-send-proxy
                no-check-send-proxy
                check-proto
                check-proto h1
                check-proto foo
                check-proto h2
                check-via-socks4
                cookie
                cookie x
                disabled
                enabled
                no-disabled
                error-limit
                error-limit 0
                error-limit -1
                error-limit x
                error-limit 5
                fall
                fall 0
                fall x
                fall 5
                id
                id 0
                id x
                id 7
                init-addr
                init-addr foo
                init-addr none
                init-addr last,libc,none
                init-addr 1.2.3.4
                inter
                inter 0
                inter x
                inter 5s
                inter 99999999999
                fastinter
                fastinter 0
                fastinter x
                fastinter 1s
                downinter
                downinter x
                log-proto
                log-proto foo
                log-proto legacy
                log-proto octet-count
                maxconn
                maxconn x
                maxconn 5
                maxconn 5 minconn 7
                minconn
                minconn 5
                maxqueue
                maxqueue 5
                max-reuse
                max-reuse -2
                max-reuse 5
                max-reuse x
                namespace
                non-stick
                stick
                no-stick
                no-non-stick
                observe
                observe foo
                observe layer4
                observe layer7
                observe layer4 check
                observe layer7 check
                observe layer7 check error-limit 5 on-error mark-down
                on-error
                on-error foo
                on-error fastinter
                on-error fail-check
                on-error sudden-death
                on-error mark-down
                on-marked-down
                on-marked-down foo
                on-marked-down shutdown-sessions
                on-marked-up
                on-marked-up foo
                on-marked-up shutdown-backup-sessions
                pool-low-conn
                pool-low-conn x
                pool-low-conn 5
                pool-max-conn
                pool-max-conn -2
                pool-max-conn 5
                pool-purge-delay
                pool-purge-delay x
                pool-purge-delay 5s
                port
                port x
                port 70000
                port 80
                proto
                proto foo
                proto h1
                proto h2
                proto none
                redir
                redir http://x
                redir /x
                redir http://x check
                resolve-net
                resolve-net 10.0.0.0/8
                resolve-net x
                resolve-opts
                resolve-opts foo
                resolve-opts allow-dup-ip
                resolve-opts allow-dup-ip,ignore-weight,prevent-dup-ip
                resolve-prefer
                resolve-prefer foo
                resolve-prefer ipv4
                resolvers
                resolvers nope
                rise
                rise 0
                rise 5
                send-proxy
                no-send-proxy
                send-proxy-v2
                no-send-proxy-v2
                send-proxy-v2-ssl
                no-send-proxy-v2-ssl
                send-proxy-v2-ssl-cn
                no-send-proxy-v2-ssl-cn
                proxy-v2-options
                proxy-v2-options foo
                proxy-v2-options crc32c
                slowstart
                slowstart x
                slowstart 5s
                slowstart 0
                slowstart 99999999999
                source
                source 127.0.0.1
                source foo!
                socks4
                socks4 127.0.0.1
                socks4 127.0.0.1:1080
                tcp-ut
                tcp-ut x
                tcp-ut 5s
                tfo
                no-tfo
                track
                track other
                track nope
                track nope/x
                track be/other
                track be/nope
                track fe/x
                track be/s
                track s
                track unchecked
                track other check
                track other agent-check agent-port 5
                track chained
                track looped
                usesrc
                usesrc clientip
                weight
                weight -1
                weight 257
                weight x
                weight 256
                weight 0
                ws
                ws foo
                ws auto
                ws h1
                ws h2
                foo
                no-foo
                no-weight
                checks
                127.0.0.1
                """
                .lines()
                .filter(line -> !line.isBlank());
    }

    /** Servers beside {@code s} that others may follow. */
    private static final String OTHERS = " server other 127.0.0.1:2 check\n server unchecked 127.0.0.1:2\n"
            + " server chained 127.0.0.1:3 track other\n";

    @Test
    void optionsOfServersAreJudgedAsByHaproxy() throws Exception {
        List<String> sections = new ArrayList<>();
        options().forEach(options -> {
            String others = options.startsWith("track") ? OTHERS : "";
            if (options.endsWith("looped")) {
                others += " server looped 127.0.0.1:3 track s\n";
            }
            sections.add("backend be#\n server s 127.0.0.1:1 " + options.replace("be/", "be#/") + "\n" + others + "\n");
        });
        compare(sections);
    }

    @Test
    void optionsOfDefaultServersAreJudgedAsByHaproxy() throws Exception {
        List<String> sections = new ArrayList<>();
        options()
                .filter(options -> !options.equals("track other check")) // the checked one would follow, too
                .forEach(options -> sections.add("backend be#\n default-server " + options.replace("be/", "be#/")
                        + "\n server s 127.0.0.1:1\n"));
        compare(sections);
    }

    @Test
    void linesThatOtherLinesDisagreeWithAreJudgedAsByHaproxy() throws Exception {
        List<String> sections = new ArrayList<>();
        for (String lines : List.of(
                " server s 127.0.0.1:1 id 3\n server t 127.0.0.1:1 id 3\n",
                " default-server backup\n server s 127.0.0.1:1 no-backup\n",
                " default-server disabled\n server s 127.0.0.1:1 enabled\n",
                " mode tcp\n server s 127.0.0.1:1 redir http://x\n",
                " mode tcp\n server s 127.0.0.1:1 observe layer7 check\n",
                " mode tcp\n server s 127.0.0.1:1 observe layer4 check\n",
                " mode tcp\n server s 127.0.0.1:1 ws h2\n",
                " mode tcp\n server s 127.0.0.1:1 cookie x\n",
                " mode tcp\n server s 127.0.0.1:1 proto h2\n",
                " mode tcp\n server s 127.0.0.1:1 proto h1\n",
                " mode tcp\n server s 127.0.0.1:1 proto none\n",
                " default-server track a\n server s 127.0.0.1:1\n server a 127.0.0.1:1 check\n",
                " server s 127.0.0.1:1 track b#/a/c\n",
                " server s 127.0.0.1:1 track /s\n",
                " server s 127.0.0.1:1 track b#/a\nbackend b#\n server a 127.0.0.1:1 check\n",
                " server s 127.0.0.1:1 track b#/a\nbackend b#\n disabled\n server a 127.0.0.1:1 check\n",
                " server s nowhere.invalid:1 init-addr none check\n",
                " server s 127.0.0.1:+5 check port 80\n",
                " cookie S insert\n server s 127.0.0.1:1\n",
                " mode tcp\n balance uri\n server s 127.0.0.1:1\n",
                " mode tcp\n balance hdr(x)\n server s 127.0.0.1:1\n",
                " mode tcp\n balance url_param x\n server s 127.0.0.1:1\n",
                " mode tcp\n balance hash req.hdr(x)\n server s 127.0.0.1:1\n")) {
            sections.add("backend be#\n" + lines);
        }
        compare(sections);
    }

    @Test
    void linesAboutTheChoiceOfServersAreJudgedAsByHaproxy() throws Exception {
        List<String> sections = new ArrayList<>();
        for (String line : List.of(
                "balance",
                "balance foo",
                "balance uri foo",
                "balance uri whole",
                "balance uri len",
                "balance uri len x",
                "balance uri len 0",
                "balance uri len 5 depth 3",
                "balance uri depth",
                "balance uri depth x",
                "balance uri depth 0",
                "balance uri path-only",
                "balance uri path-only whole len 3",
                "balance url_param",
                "balance url_param x",
                "balance url_param x check_post",
                "balance url_param x check_post 64",
                "balance url_param x check_post x",
                "balance url_param x foo",
                "balance hdr",
                "balance hdr()",
                "balance hdr(",
                "balance hdr(x",
                "balance hdr(host)",
                "balance hdr(host) use_domain_only",
                "balance hdr(host) foo",
                "balance hash",
                "balance hash src",
                "balance hash foo",
                "balance hash req.hdr(x),lower",
                "balance hash req.hdr(x),nope",
                "balance hash res.hdr(x)",
                "balance hash src extra",
                "balance rdp-cookie",
                "balance rdp-cookie()",
                "balance rdp-cookie(x",
                "balance random",
                "balance random(3)",
                "balance random(0)",
                "balance random(x)",
                "balance random(",
                "balance first x",
                "balance source x",
                "hash-type",
                "hash-type foo",
                "hash-type map-based",
                "hash-type consistent",
                "hash-type avalanche",
                "hash-type map-based foo",
                "hash-type map-based djb2",
                "hash-type map-based none",
                "hash-type consistent wt6",
                "hash-type consistent crc32 avalanche",
                "hash-type consistent crc32 foo",
                "hash-type consistent crc32 avalanche foo",
                "hash-type consistent avalanche",
                "hash-balance-factor",
                "hash-balance-factor x",
                "hash-balance-factor 50",
                "hash-balance-factor 100",
                "hash-balance-factor 101",
                "hash-balance-factor 0",
                "hash-balance-factor 150 x")) {
            sections.add("backend be#\n " + line + "\n server s 127.0.0.1:1\n");
            sections.add("defaults d#\n mode http\n " + line + "\nfrontend fe# from d#\n bind 127.0.0.1:18997\n");
            sections.add("frontend fe#\n bind 127.0.0.1:18997\n " + line + "\n");
        }
        compare(sections);
    }

    /** What is said about one of many sections. */
    private record Said(int section, String text) {}

    /**
     * Loads all sections together; HAProxy looks for some mistakes only where there are no others, so those that it complains
     * about are left out, and the rest is loaded again until nothing is wrong.
     */
    private void compare(List<String> sections) throws IOException, InterruptedException {
        List<String> differences = new ArrayList<>();
        for (int from = 0; from < sections.size(); from += MOST_MISTAKES) {
            compare(sections.subList(from, Math.min(sections.size(), from + MOST_MISTAKES)), differences);
        }
        differences.removeIf(ServerLinesDifferentialTest::isMeant);
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }

    private void compare(List<String> sections, List<String> differences) throws IOException, InterruptedException {
        Set<Integer> present = new TreeSet<>();
        for (int i = 0; i < sections.size(); i++) {
            present.add(i);
        }
        boolean wrong = true;
        for (int round = 0; wrong; round++) {
            assertThat(round).as("rounds").isLessThan(10);
            StringBuilder text = new StringBuilder("defaults base\n mode http\n timeout client 1s\n timeout server 1s\n"
                    + " timeout connect 1s\nfrontend fe from base\n bind 127.0.0.1:18997\n");
            List<Integer> sectionOfLine =
                    new ArrayList<>(text.toString().lines().map(line -> -1).toList());
            for (int i : present) {
                String section = sections.get(i)
                        .replaceAll("(?m)^(backend (be|b)#|frontend fe#)$", "$1 from base")
                        .replace("#", "-" + i + "-");
                text.append(section);
                section.lines().forEach(line -> sectionOfLine.add(i));
            }
            List<Said> theirs = haproxy(text.toString(), sectionOfLine);
            List<Said> ours = LoadedText.of(text.toString()).problems().stream()
                    .filter(problem -> isRelevant(problem.text()))
                    .map(problem ->
                            said(problem.severity() + " " + problem.text().strip(), sectionOfLine))
                    .toList();
            Set<Integer> leaving = new TreeSet<>(theirs.stream()
                    .filter(said -> said.text().startsWith("ALERT"))
                    .map(Said::section)
                    .toList());
            wrong = !leaving.isEmpty();
            for (int i : wrong ? leaving : present) {
                if (!texts(ours, i).equals(texts(theirs, i))) {
                    differences.add(
                            sections.get(i) + "  haproxy: " + texts(theirs, i) + "\n  tandem:  " + texts(ours, i));
                }
            }
            assertThat(leaving)
                    .as("sections HAProxy complains about: %s", theirs)
                    .doesNotContain(-1);
            present.removeAll(leaving);
        }
    }

    private static boolean isMeant(String difference) {
        boolean refused = REFUSED.matcher(difference).find()
                && difference.contains("' is not supported by this version of tandem");
        return refused || MEANT.stream().anyMatch(difference::contains);
    }

    private static List<String> texts(List<Said> said, int section) {
        return said.stream()
                .filter(one -> one.section() == section)
                .map(Said::text)
                .sorted()
                .toList();
    }

    private List<Said> haproxy(String text, List<Integer> sectionOfLine) throws IOException, InterruptedException {
        return HaproxyCheck.of(directory, text).stream()
                .filter(message -> isRelevant(message.text()))
                .map(message -> said(message.severity() + " " + message.text(), sectionOfLine))
                .toList();
    }

    private static Said said(String text, List<Integer> sectionOfLine) {
        Matcher name = NAME.matcher(text);
        if (name.find()) {
            return new Said(Integer.parseInt(name.group(1)), text);
        }
        Matcher line = LINE.matcher(text);
        return new Said(line.find() ? sectionOfLine.get(Integer.parseInt(line.group(1)) - 1) : -1, text);
    }

    private static boolean isRelevant(String message) {
        return !HaproxyCheck.isSummary(message) && !message.contains("missing timeouts");
    }
}
