// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LogReceiver;
import io.tandem.node.testkit.ScriptedDns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers known by name, with the installed haproxy and with ours beside the same name server: which addresses they get, what
 * the log says, and how they stand in {@code show servers state}, while the answers change and fail.
 */
@Timeout(180)
class ResolversDifferentialTest {
    private static final String HEAD =
            """
            global
                nbthread 1
                log 127.0.0.1:SYSLOG format raw local0
                stats socket ADMIN level admin
            resolvers r
                nameserver a NAMESERVER
                hold nx 300ms
                hold refused 300ms
                hold other 300ms
                hold timeout 300ms
                hold valid 300ms
                hold obsolete 300ms
                resolve_retries 2
                timeout resolve 200ms
                timeout retry 200ms
            defaults
                mode http
                log global
                timeout client 5s
                timeout connect 5s
                timeout server 5s
            """;

    private static final int ATTEMPTS = 3;

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    /** One of the two at work, with a name server and a log of its own. */
    private final class Scene implements AutoCloseable {
        final List<String> log = new CopyOnWriteArrayList<>();
        final LogReceiver receiver = new LogReceiver(log::add);
        final ScriptedDns dns;
        final Operated proxy;

        Scene(String zone, String configuration, boolean oracle, String prefix, int listeners) throws Exception {
            dns = new ScriptedDns(zone);
            String text = (HEAD + configuration)
                    .replace("SYSLOG", String.valueOf(receiver.port()))
                    .replace("NAMESERVER", prefix + "127.0.0.1:" + dns.port());
            proxy = new Operated(directory, text, oracle, listeners);
        }

        /** Waits until the states of servers are these, {@code NAME ADDRESS ADMIN}. */
        void await(String... wanted) throws Exception {
            List<String> last = new ArrayList<>();
            try {
                Await.until(String.join(" | ", wanted), () -> {
                    last.clear();
                    last.addAll(states());
                    return last.containsAll(List.of(wanted));
                });
            } catch (AssertionError late) {
                throw new AssertionError(late.getMessage() + "\nbut " + last + "\n" + String.join("\n", log), late);
            }
        }

        /** Waits for a line of the log. */
        void awaitLog(String part) throws Exception {
            Await.until(part + " in " + log, () -> log.stream().anyMatch(line -> line.contains(part)));
        }

        private List<String> states() throws Exception {
            return rows().map(f -> f[3] + " " + f[4] + " " + f[6]).toList();
        }

        private Stream<String[]> rows() throws Exception {
            return proxy.command("show servers state").lines().skip(2).map(line -> line.split(" ", -1));
        }

        /** All that is known of the servers, but for the backend's number and the time since the last change. */
        String table() throws Exception {
            return rows().map(f -> {
                        f[0] = "";
                        f[9] = "";
                        return String.join(" ", f);
                    })
                    .collect(Collectors.joining("\n"));
        }

        /** The log so far, in the order of the alphabet: searches end in any order. */
        String sortedLog() {
            return log.stream().sorted().collect(Collectors.joining("\n"));
        }

        /** Status and address of the servers in the statistics. */
        String statistics() throws Exception {
            List<String> rows = proxy.command("show stat").lines().toList();
            List<String> names = List.of(rows.get(0).split(",", -1));
            return rows.stream()
                    .map(row -> row.split(",", -1))
                    .filter(f -> f.length > names.indexOf("addr"))
                    .map(f -> f[1] + " " + f[names.indexOf("status")] + " " + f[names.indexOf("addr")] + " "
                            + f[names.indexOf("weight")])
                    .collect(Collectors.joining("\n"));
        }

        @Override
        public void close() throws Exception {
            proxy.close();
            receiver.close();
            dns.close();
        }
    }

    private interface Play {
        List<String> with(Scene scene) throws Exception;
    }

    private void comparesWithHaproxy(String zone, String configuration, Play play) throws Exception {
        comparesWithHaproxy(zone, configuration, "", play);
    }

    private void comparesWithHaproxy(String zone, String configuration, String prefix, Play play) throws Exception {
        String theirs = "";
        String ours = "-";
        for (int i = 0; i < ATTEMPTS && !ours.equals(theirs); i++) { // on a busy machine an answer may come too late
            theirs = played(zone, configuration, true, prefix, play);
            ours = played(zone, configuration, false, prefix, play);
        }
        assertThat(ours).isEqualTo(theirs);
    }

    private String played(String zone, String configuration, boolean oracle, String prefix, Play play)
            throws Exception {
        try (Scene scene = new Scene(zone, configuration, oracle, prefix, 1)) {
            return String.join("\n", play.with(scene));
        }
    }

    private static final String NAMES =
            """
            listen l
                bind 127.0.0.1:PORT_0_
                default-server init-addr none resolvers r
                server four four.test:81
                server six six.test:81
                server both both.test:81
                server both4 both.test:81 resolve-prefer ipv4
                server nx nx.test:81
                server ref ref.test:81
                server fail fail.test:81
                server notimp notimp.test:81
                server slow slow.test:81
                server alias alias.test:81
                server lost lost.test:81
                server text text.test:81
                server loop loop.test:81
                server fix 127.0.0.9:81
                server off four.test:82 disabled
                server net two.test:80 resolve-prefer ipv4 resolve-net 127.7.0.0/16
                server dup2 one.test:80 resolve-prefer ipv4 resolve-opts allow-dup-ip
                server dup1 one.test:80 resolve-prefer ipv4 resolve-opts allow-dup-ip
            """;

    private static final String ZONE =
            """
            four.test a 127.0.0.4
            six.test aaaa ::1
            both.test a 127.0.0.5
            both.test aaaa ::1
            ref.test rcode 5
            fail.test rcode 2
            notimp.test rcode 4
            slow.test drop
            alias.test cname real.test
            real.test a 127.0.0.6
            lost.test cname none.test
            text.test txt
            loop.test loop
            two.test a 127.0.0.7
            two.test a 127.7.0.7
            two.test a 127.0.1.7
            one.test a 127.0.0.8
            """;

    @Test
    void serversGetTheAddressesOfTheirNames() throws Exception {
        comparesWithHaproxy(ZONE, NAMES, scene -> {
            scene.await("four 127.0.0.4 0", "six ::1 0", "both ::1 0", "both4 127.0.0.5 0", "alias 127.0.0.6 0");
            scene.await("net 127.7.0.7 0", "dup1 127.0.0.8 0", "dup2 127.0.0.8 0");
            Await.until("all have been asked for twice", () -> Stream.of("ref", "fail", "slow", "lost", "loop", "nx")
                    .allMatch(name -> scene.dns.asked(name + ".test") > 4));
            return List.of(scene.table(), scene.sortedLog(), scene.statistics());
        });
    }

    private static final String ONE_OF_EACH = Stream.of(
                    "nx", "ref", "fail", "slow", "text", "loop", "lost", "move", "stay")
            .map(name -> "    server " + name + " " + name + ".test:80\n")
            .collect(Collectors.joining(
                    "",
                    "listen l\n    bind 127.0.0.1:PORT_0_\n    default-server init-addr none resolvers r resolve-prefer ipv4\n",
                    ""));

    private static final String WELL = Stream.of("nx", "ref", "fail", "slow", "text", "loop", "lost", "move", "stay")
            .map(name -> name + ".test a 127.0.0.2\n")
            .collect(Collectors.joining());

    @Test
    void whatFailsForTooLongPutsServersIntoMaintenanceAndAnAnswerTakesThemOut() throws Exception {
        comparesWithHaproxy(WELL, ONE_OF_EACH, scene -> {
            scene.await(
                    "nx 127.0.0.2 0", "ref 127.0.0.2 0", "fail 127.0.0.2 0", "slow 127.0.0.2 0", "text 127.0.0.2 0");
            scene.await("loop 127.0.0.2 0", "lost 127.0.0.2 0", "move 127.0.0.2 0", "stay 127.0.0.2 0");
            scene.dns.zone(
                    """
                    ref.test rcode 5
                    fail.test rcode 2
                    slow.test drop
                    text.test txt
                    loop.test loop
                    lost.test cname none.test
                    move.test a 127.0.0.3
                    stay.test a 127.0.0.2
                    stay.test a 127.0.0.3
                    """);
            scene.await("nx - 32", "ref - 32", "fail - 32", "slow - 32", "text - 32", "loop - 32", "lost - 32");
            scene.await("move 127.0.0.3 0", "stay 127.0.0.2 0");
            String down = scene.table() + scene.statistics();
            scene.dns.zone(WELL);
            scene.await(
                    "nx 127.0.0.2 0", "ref 127.0.0.2 0", "fail 127.0.0.2 0", "slow 127.0.0.2 0", "text 127.0.0.2 0");
            scene.await("loop 127.0.0.2 0", "lost 127.0.0.2 0", "move 127.0.0.2 0", "stay 127.0.0.2 0");
            String counts = "[0-9]+ active and 0 backup servers left"; // who goes first is chance
            return List.of(down, scene.table(), scene.sortedLog().replaceAll(counts, "N left"));
        });
    }

    @Test
    void templatesSpreadTheAddressesOfAName() throws Exception {
        String zone = Stream.of(1, 2, 3, 4, 5, 6, 7, 8)
                .map(i -> "many.test a 127.1.0." + i + "\nsix.test aaaa fd00::" + i + "\n")
                .collect(Collectors.joining());
        String configuration =
                """
                listen l
                    bind 127.0.0.1:PORT_0_
                    server first 127.0.0.1:80 id 7
                    server-template app 10 many.test:80 resolvers r init-addr none resolve-prefer ipv4
                    server-template six 3-5 six.test:80 resolvers r init-addr none id 40
                    server-template fix 1-2 127.0.0.1:80 id 50
                    server last 127.0.0.1:80
                """;
        comparesWithHaproxy(zone, configuration, scene -> {
            scene.awaitLog("app8 administratively");
            scene.awaitLog("six5 administratively");
            String all = scene.table();
            scene.dns.zone(zone.replace("many.test a 127.1.0.3\n", "")
                    .replace("six.test aaaa fd00::8", "six.test aaaa fd00::9"));
            scene.awaitLog("is going DOWN for maintenance");
            scene.awaitLog("from fd00::8 to ");
            return List.of(all, String.join("\n", scene.log));
        });
    }

    @Test
    void nameServersAreAskedOverTcp() throws Exception {
        comparesWithHaproxy(ZONE, NAMES, "tcp@", scene -> {
            scene.await("four 127.0.0.4 0", "six ::1 0", "both ::1 0", "both4 127.0.0.5 0", "alias 127.0.0.6 0");
            assertThat(scene.dns.questions()).allMatch(question -> question.startsWith("tcp "));
            return List.of(scene.table(), scene.sortedLog());
        });
    }
}
