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
                            + (f[names.indexOf("status")].startsWith("MAINT") ? "" : f[names.indexOf("weight")]))
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

    private static final String SERVICE =
            """
            one.test a 127.0.0.4
            two.test a 127.0.0.5
            _http._tcp.test srv 1 100 8001 one.test
            _http._tcp.test srv 1 50 8002 two.test
            _add._tcp.test srv 1 256 8001 one.test
            _add._tcp.test srv 1 0 8002 two.test
            _add._tcp.test srv 2 65535 8003 three.test
            _add._tcp.test additional one.test 127.0.0.40
            """;

    private static final String OF_SERVICES =
            """
            listen l
                bind 127.0.0.1:PORT_0_
                server-template svc 3 _http._tcp.test resolvers r
            backend m
                server-template add 3 _add._tcp.test resolvers r
            backend n
                server-template o 2 _http._tcp.test resolvers r resolve-opts ignore-weight resolve-prefer ipv4 weight 7
            """;

    @Test
    void recordsOfServicesHaveServersWithTheirPortsAndWeights() throws Exception {
        comparesWithHaproxy(SERVICE, OF_SERVICES, scene -> {
            scene.await("svc1 127.0.0.5 64", "svc2 127.0.0.4 64", "svc3 - 32", "add1 127.0.0.5 64", "add2 - 96");
            scene.await("add3 127.0.0.40 64", "o1 127.0.0.5 64", "o2 127.0.0.4 64");
            String begun = scene.table() + scene.statistics();
            scene.dns.zone(SERVICE.replace("_http._tcp.test srv 1 100 8001 one.test\n", "")
                    .replace("_add._tcp.test srv 1 0 8002", "_add._tcp.test srv 1 513 8002"));
            scene.await("svc2 - 96", "o2 - 96");
            Await.until("the weight is another", () -> scene.table().contains("add1 127.0.0.5 2 64 3"));
            String less = scene.table() + scene.statistics();
            scene.dns.zone(SERVICE);
            scene.await("svc3 127.0.0.4 64", "o2 127.0.0.4 64");
            Await.until("the weight is as before", () -> scene.table().contains("add1 127.0.0.5 2 64 0"));
            String again = scene.table();
            scene.dns.zone("");
            scene.await("svc1 - 96", "svc3 - 96", "add1 - 96", "add3 - 96", "o1 - 96", "o2 - 96");
            scene.awaitLog("backend n has no server available!");
            String counts = "[0-9]+ active and 0 backup servers left";
            String log = scene.sortedLog()
                    .replaceAll(counts, "N left")
                    .replaceAll("by (r/a|DNS cache)", "by name") // who of two backends is told first
                    .replaceAll("(was DOWN and now enters|is going DOWN for) maintenance \\(.*", "loses its address");
            return List.of(begun, less, again, log);
        });
    }

    @Test
    void operatorsSetNamesAndSeeTheCounters() throws Exception {
        String configuration =
                """
                listen l
                    bind 127.0.0.1:PORT_0_
                    server one one.test:80 resolvers r resolve-prefer ipv4 init-addr none
                    server fix 127.0.0.1:80
                """;
        comparesWithHaproxy(SERVICE, configuration, scene -> {
            List<String> said = new ArrayList<>();
            scene.await("one 127.0.0.4 0");
            for (String command : List.of(
                    "set server l/one fqdn",
                    "set server l/fix fqdn two.test",
                    "set server l/one fqdn one.test",
                    "set server l/one fqdn a..b",
                    "show resolvers nope",
                    "set server l/one fqdn two.test")) {
                said.add(command + ": " + scene.proxy.command(command));
            }
            scene.await("one 127.0.0.5 0");
            said.add(scene.table());
            for (String command : List.of("disable server l/one", "enable server l/one")) {
                said.add(scene.proxy.command(command) + scene.table());
            }
            scene.dns.zone("");
            scene.await("one - 96");
            for (String command : List.of(
                    "set server l/one state maint",
                    "set server l/one state ready",
                    "set server l/one state drain",
                    "set server l/one state ready")) {
                said.add(command + ": " + scene.proxy.command(command) + scene.table());
            }
            said.add(String.join("\n", scene.log).replaceAll("by r/a", "by name"));
            said.add(scene.proxy
                    .command("show resolvers r")
                    .replaceAll("(sent|valid|nx|any_err|outdated|timeout|other): .*", "$1")); // they grow meanwhile
            return said;
        });
    }
}
