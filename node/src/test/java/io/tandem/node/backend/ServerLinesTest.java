// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages were seen on HAProxy 2.6.12. */
class ServerLinesTest {
    private static LoadedText backend(String... lines) {
        return LoadedText.of("backend b\n    " + String.join("\n    ", lines) + "\n");
    }

    private static Server only(LoadedText loaded) {
        assertThat(loaded.messages()).isEmpty();
        return loaded.backend("b").servers().get(0);
    }

    @Test
    void readsEveryOptionOfALine() {
        Server server = only(backend(
                "mode http",
                "server s 127.0.0.1:80 weight 7 backup maxconn 9 cookie c id 12 disabled non-stick"
                        + " check inter 3s fastinter 1s downinter 5s rise 4 fall 6 port 81 addr 127.0.0.2"));
        Server.Description description = server.description();
        assertThat(description.address()).isEqualTo(new InetSocketAddress("127.0.0.1", 80));
        assertThat(description.weight()).isEqualTo(7);
        assertThat(description.backup()).isTrue();
        assertThat(description.limits().maxConnections()).isEqualTo(9);
        assertThat(description.cookie()).isEqualTo("c");
        assertThat(description.id()).isEqualTo(12);
        assertThat(description.nonStick()).isTrue();
        assertThat(description.check())
                .isEqualTo(new CheckSettings(new InetSocketAddress("127.0.0.2", 81), 3000, 1000, 5000, 4, 6));
        assertThat(server.state().admin().maintenanceByConfiguration()).isTrue();
        assertThat(server.state().isUsable()).isFalse();
    }

    @Test
    void defaultServerAppliesToTheServersBelowItAndInherits() {
        LoadedText loaded = LoadedText.of(
                """
                defaults
                    default-server weight 5 check
                backend b
                    server a 127.0.0.1:1
                    default-server weight 9
                    server b 127.0.0.1:1 no-check
                """);
        assertThat(loaded.messages()).isEmpty();
        assertThat(loaded.backend("b").servers())
                .extracting(s -> s.description().weight())
                .containsExactly(5, 9);
        assertThat(loaded.backend("b").servers())
                .extracting(s -> s.description().check() != null)
                .containsExactly(true, false);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:80, 127.0.0.1, 80, 8443",
        "127.0.0.1, 127.0.0.1, 8443, 8443",
        "127.0.0.1:+10, 127.0.0.1, 8453, 8443",
        "127.0.0.1:-43, 127.0.0.1, 8400, 8443",
        "::1:80, ::1, 80, 8443",
        "[::1]:80, ::1, 80, 8443",
        "[::1], ::1, 8443, 8443",
        "ipv4@localhost:80, 127.0.0.1, 80, 8443",
    })
    void anAddressMayLeaveThePortToTheClient(String written, String host, int port, int clientPort) {
        assertThat(only(backend("server s " + written)).addressFor(clientPort))
                .isEqualTo(new InetSocketAddress(host, port));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "server|[t.cfg:2] : 'server' expects <name> and <addr>[:<port>] as arguments.",
                "server s! 127.0.0.1:1|[t.cfg:2] : character '!' is not permitted in server name 's!'.",
                "server s 127.0.0.1:70000|[t.cfg:2] : 'server b/s' : invalid port '70000'",
                "server s 127.0.0.1:80-90|"
                        + "[t.cfg:2] : 'server b/s' : port range not permitted here in '127.0.0.1:80-90'",
                "server s 127.0.0.1:1 weight 257|"
                        + "[t.cfg:2] : 'server b/s' : weight of server s is not within 0 and 256 (257)..",
                "server s 127.0.0.1:1 inter|[t.cfg:2] : 'server b/s' : 'inter' expects a delay as argument..",
                "server s 127.0.0.1:1 inter 1x|"
                        + "[t.cfg:2] : 'server b/s' : unexpected character 'x' in 'agent-inter' argument of server s..",
                "server s 127.0.0.1:1 rise 0|[t.cfg:2] : 'server b/s' : 'rise' has to be > 0..",
                "server s 127.0.0.1:1 id 0|[t.cfg:2] : 'server b/s' : 'id' : custom id has to be > 0.",
                "server s 127.0.0.1:1 init-addr foo|[t.cfg:2] : 'server b/s' : 'init-addr' : unknown init-addr method"
                        + " 'foo', supported methods are 'libc', 'last', 'none'..",
                "server s 127.0.0.1:1 chekc|[t.cfg:2] : 'server b/s' : unknown keyword 'chekc';"
                        + " did you mean 'check' maybe ?",
                "server s 127.0.0.1:1 wieght 3|[t.cfg:2] : 'server b/s' : unknown keyword 'wieght';"
                        + " did you mean 'weight' maybe ?",
                "server s 127.0.0.1:1 zzzzz|[t.cfg:2] : 'server b/s' : unknown keyword 'zzzzz'.",
                "server s 127.0.0.1:1 agent-check|"
                        + "[t.cfg:2] : 'server b/s' : server s does not have agent port. Agent check has been disabled.",
                "server s 127.0.0.1 check|config: backend 'b': server 's' has neither service port nor check port.",
                "default-server 127.0.0.1|"
                        + "[t.cfg:2] : unknown keyword '127.0.0.1'. Hint: no address was expected for this server.",
                "balance foo|parsing [t.cfg:2] : balance only supports 'roundrobin', 'static-rr', 'leastconn',"
                        + " 'source', 'uri', 'url_param', 'hdr(name)' and 'rdp-cookie(name)' options.",
                "balance random(0)|parsing [t.cfg:2] : balance random : number of draws must be at least 1.",
                "balance url_param x check_get|parsing [t.cfg:2] : balance url_param only accepts 'check_post' modifier"
                        + " (got 'check_get').",
            })
    void aMistakeIsWordedAsHaproxyWordsIt(String line, String message) {
        assertThat(backend(line).messages()).containsExactly(message);
    }

    @Test
    void twoServersOfOneNameAreRefused() {
        assertThat(backend("server s 127.0.0.1:1", "server s 127.0.0.1:2").messages())
                .containsExactly(
                        "parsing [t.cfg:3] : backend 'b', another server named 's' was already defined at line 2,"
                                + " please use distinct names.");
    }

    @Test
    void twoServersOfOneIdAreRefused() {
        assertThat(backend("server s 127.0.0.1:1 id 1", "server t 127.0.0.1:2 id 1")
                        .messages())
                .containsExactly("[t.cfg:3] : 'server b/t' : 'id' : custom id 1 already used at t.cfg:2 ('server s').");
    }

    @Test
    void idsAreGivenInOrderAroundThoseThatAreSet() {
        assertThat(backend("server a 127.0.0.1:1", "server b 127.0.0.1:1 id 2", "server c 127.0.0.1:1")
                        .backend("b")
                        .servers())
                .extracting(s -> s.description().id())
                .containsExactly(1, 2, 3);
    }

    @Test
    void aNameThatDoesNotResolveIsFatalUnlessInitAddrSaysOtherwise() {
        assertThat(backend("server s nohost.invalid:80").messages())
                .containsExactly(
                        "[t.cfg:2] : 'server b/s' : could not resolve address 'nohost.invalid'.",
                        "Failed to initialize server(s) addr.");
        assertThat(backend("server s nohost.invalid:80 init-addr libc,none").messages())
                .containsExactly("[t.cfg:2] : 'server b/s' : could not resolve address 'nohost.invalid',"
                        + " disabling server.");
        LoadedText none = backend("server s nohost.invalid:80 init-addr none");
        assertThat(only(none).state().isUsable()).isFalse();
        LoadedText fallback = backend("server s nohost.invalid:80 init-addr libc,127.0.0.9");
        assertThat(fallback.backend("b").servers().get(0).description().address())
                .isEqualTo(new InetSocketAddress("127.0.0.9", 80));
    }

    @Test
    void aServerLineOutsideABackendIsRefused() {
        assertThat(LoadedText.of("defaults\n    server s 127.0.0.1:1\n").messages())
                .containsExactly("[t.cfg:2] : 'server' not allowed in 'defaults' section.");
        assertThat(LoadedText.of("frontend f\n    server s 127.0.0.1:1\n    balance roundrobin\n")
                        .messages())
                .startsWith(
                        "[t.cfg:2] : parsing [t.cfg:2] : 'server' not allowed because frontend 'f' has no backend"
                                + " capability.",
                        "parsing [t.cfg:3] : 'balance' ignored because frontend 'f' has no backend capability.");
    }

    @Test
    void aReloadKeepsWhatChecksAndOperatorsKnowOfAServer() {
        LoadedText first = backend("server s 127.0.0.1:1 weight 10 check", "server t 127.0.0.1:1");
        ServerState state = first.backend("b").servers().get(0).state();
        state.health(ServerState.Health.DOWN, 0, 1000);
        state.weight(3);

        LoadedText second = first.reload("backend b\n    server s 127.0.0.9:1 weight 10 check\n");
        ServerState same = second.backend("b").servers().get(0).state();
        assertThat(same.health()).isEqualTo(ServerState.Health.DOWN);
        assertThat(same.weight()).isEqualTo(3);

        LoadedText third = second.reload("backend b\n    server s 127.0.0.9:1 weight 20 check\n");
        assertThat(third.backend("b").servers().get(0).state().weight()).isEqualTo(20);
    }

    @Test
    void aReloadThatFailsChangesNothing() {
        LoadedText first = backend("server s 127.0.0.1:1 weight 10");
        first.reload("backend b\n    server s 127.0.0.1:1 weight 20\n    server t\n");
        assertThat(first.backend("b").servers().get(0).state().weight()).isEqualTo(10);
    }
}
