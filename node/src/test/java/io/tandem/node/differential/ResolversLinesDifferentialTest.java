// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.text.Severity;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.testkit.HaproxyCheck;
import io.tandem.node.testkit.InstalledHaproxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code -c} says of resolvers sections, templates, saved states and rules that ask for names: haproxy's words. */
@Timeout(180)
class ResolversLinesDifferentialTest {
    private static final String PROXY =
            """
            defaults
             mode http
             timeout client 1s
             timeout connect 1s
             timeout server 1s
            listen l
             bind 127.0.0.1:18999
            """;

    private static final List<String> RESOLVERS =
            """
            nameserver
            nameserver a
            nameserver a 127.0.0.1
            nameserver a 127.0.0.1:53
            nameserver n 127.0.0.1:54
            nameserver a 127.0.0.1:53 foo
            nameserver a tcp@127.0.0.1:53 foo
            nameserver a tcp@127.0.0.1:53 maxconn 3
            nameserver a tcp@127.0.0.1
            nameserver a localhost:53
            nameserver a [::1]:53
            nameserver a 127.0.0.1:53-55
            nameserver a 127.0.0.1:+53
            nameserver a 127.0.0.1:0
            nameserver a *:53
            nameserver a udp@127.0.0.1:53
            nameserver a! 127.0.0.1:53
            nameserver a nohost.invalid:53
            nameserver a quic4@127.0.0.1:53
            hold
            hold nx
            hold foo 1s
            hold nx 1x
            hold nx 1s x
            hold valid 1s
            hold nx 0
            hold nx 99999999999
            resolve_retries
            resolve_retries x
            resolve_retries 0
            resolve_retries 3 x
            timeout
            timeout foo 1s
            timeout client 1s
            timeout retry
            timeout retry 1x
            timeout resolve 1s x
            timeout resolve 99999999999
            accepted_payload_size
            accepted_payload_size 11
            accepted_payload_size 12
            accepted_payload_size 65536
            accepted_payload_size 512 x
            accepted_payload_size foo
            foo bar
            nameservr a 1.2.3.4:53
            """
                    .lines()
                    .toList();

    private static final List<String> SERVERS =
            """
            server-template
            server-template x
            server-template x 3
            server-template x 3 localhost:80
            server-template x 1-3 localhost:81 check id 10
            server-template x 0 localhost:82
            server-template x 0-0 127.0.0.1:82
            server-template x 3-1 localhost:82
            server-template x -1 127.0.0.1:82
            server-template x 1-a 127.0.0.1:82
            server-template x a 127.0.0.1:82
            server-template x 1-2x 127.0.0.1:82
            server-template x! 1 nohost.invalid:80
            server-template x 2 nohost.invalid:80
            server-template x 2 127.0.0.1:80 foo
            server-template x 2 127.0.0.1:80 resolvers nope
            server q nohost.invalid:80
            server q nohost.invalid:80 init-addr last
            server q nohost.invalid:80 init-addr last,libc,none
            server q nohost.invalid:80 init-addr libc,1.2.3.4
            server q nohost.invalid:80 init-addr none,libc
            server q nohost.invalid:80 resolvers r
            server q nohost.invalid:80 resolvers r init-addr libc
            server q _a._b.c
            server q _a._b.c resolvers r
            server q _a._b.c resolvers r check
            server q _a._b.c resolvers r init-addr libc
            server q _a._b.c resolvers r init-addr none
            server q _a._b.c resolvers r init-addr 1.2.3.4
            server q nohost.invalid
            server q nohost.invalid check
            load-server-state-from-file
            load-server-state-from-file foo
            load-server-state-from-file global
            load-server-state-from-file local
            load-server-state-from-file none
            server-state-file-name a b
            server-state-file-name use-backend-name
            http-request do-resolve(txn.a,r,ipv4) hdr(host),host_only
            tcp-request content do-resolve(txn.a,r) req.ssl_sni
            http-request do-resolve
            http-request do-resolve() str(a)
            http-request do-resolve(txn.a) str(a)
            http-request do-resolve(txn.a,) str(a)
            http-request do-resolve(,r) str(a)
            http-request do-resolve(txn.a,r str(a)
            http-request do-resolve(txn.a,r,ipv5) str(a)
            http-request do-resolve(txn.a,r,ipv4,x) str(a)
            http-request do-resolve(txn.a,r,ipv4) foo
            http-request do-resolve(foo.a,r,ipv4) str(a)
            http-request do-resolve(txn.a,r,) str(a) if TRUE
            http-request do-resolve(txn.a,r,ipv4) str(a) x
            http-request do-resolve(txn.a,nope) str(a)
            http-response do-resolve(txn.a,r,ipv4) str(a)
            """
                    .lines()
                    .toList();

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    @Test
    void linesOfResolversSectionsAreJudgedAsByHaproxy() throws Exception {
        List<String> texts = new ArrayList<>();
        RESOLVERS.forEach(line -> texts.add("resolvers r\n nameserver n 127.0.0.1:53\n " + line + "\n" + PROXY));
        texts.add("resolvers r\n" + PROXY);
        texts.add("resolvers r x\n nameserver n 127.0.0.1:53\n" + PROXY);
        texts.add("resolvers r!\n nameserver n 127.0.0.1:53\n" + PROXY);
        texts.add("resolvers\n nameserver n 127.0.0.1:53\n" + PROXY);
        texts.add("resolvers r\n nameserver n 127.0.0.1:53\nresolvers r\n nameserver n 127.0.0.1:53\n" + PROXY);
        compare(texts);
    }

    @Test
    void serversAndRulesThatUseThemAreJudgedAsByHaproxy() throws Exception {
        List<String> texts = new ArrayList<>();
        SERVERS.forEach(line -> texts.add("resolvers r\n nameserver n 127.0.0.1:53\n" + PROXY + " " + line + "\n"));
        texts.add(PROXY + " server a nohost.invalid:80\n server a 127.0.0.1:80\n");
        texts.add(PROXY + " server a nohost.invalid:80\n server-template a 2 127.0.0.1:80\n server a1 127.0.0.1:80\n");
        texts.add(PROXY + " server a nohost.invalid:80 check\n server b 127.0.0.1 check\n");
        texts.add(PROXY + " server b 127.0.0.1 check\n");
        compare(texts);
    }

    private void compare(List<String> texts) throws Exception {
        List<String> differences = new ArrayList<>();
        for (String text : texts) {
            List<String> theirs = HaproxyCheck.of(directory, text).stream()
                    .map(message -> message.severity() + " " + message.text())
                    .filter(message -> !message.endsWith(": out of memory.")) // said of a second section of a name
                    .toList();
            List<String> ours = LoadedText.of(text).problems().stream()
                    .map(problem -> (problem.severity() == Severity.ALERT ? "ALERT " : "WARNING ")
                            + problem.text().strip())
                    .toList();
            if (!theirs.equals(ours)) {
                differences.add(text.replace(PROXY, "…\n") + "  haproxy " + theirs + "\n  tandem  " + ours + "\n");
            }
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }
}
